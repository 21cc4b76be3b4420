"""What a text reads once its encodings are undone: those of URLs, HTML and JSON, and wide forms of letters."""

import html
import re
import unicodedata
from urllib.parse import unquote

_LAYERS = 3  # of encodings in one another
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}|&#|\\[ux][0-9A-Fa-f]{2}|[^\x00-\x7f]")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")


def decoded(text: str) -> str:
    """Return *text* without encodings; as it is where it has none."""
    for _ in range(_LAYERS):
        if not _ENCODED.search(text):
            break
        text = html.unescape(unquote(unicodedata.normalize("NFKC", text)))
        text = _ESCAPE.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), text)
    return text
