"""Text that came from elsewhere, made safe to draw on a terminal or to print."""

import re
import unicodedata

# C0, DEL and C1 drive terminals; the bidi marks and overrides reorder what a person reads;
# zero-width characters, blank letters and tags hide inside names. Sources: ECMA-48, Unicode UAX #9 and UTS #39.
_CONTROL = frozenset((*range(0x20), *range(0x7F, 0xA0)))
_BLANK = (0x00AD, 0x034F, 0x115F, 0x1160, 0x180E, 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC))
_MARKS = (0x061C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), *range(0xE0000, 0xE0080))
_INVISIBLE = frozenset((*_BLANK, *_MARKS))
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """Return *text* without characters that drive a terminal or hide; line ends become blanks."""
    flat = re.sub(r"[\r\n\t]+", " ", text)
    kept = "".join(c for c in flat if ord(c) not in _CONTROL and ord(c) not in _INVISIBLE)
    return _LONE_SURROGATES.sub("\ufffd", kept)


def shortened(text: str, length: int) -> str:
    """Return *text*, without its middle where it is longer than *length*: what it is about stands at either end."""
    if len(text) <= length:
        return text
    half = length // 2
    return f"{text[:half]} [... {len(text) - 2 * half} characters ...] {text[-half:]}"


def without_invisible(text: str) -> str:
    """Return *text* without the characters that nobody can see, which copying from a page brings along."""
    return "".join(c for c in text if ord(c) not in _INVISIBLE)


def odd_character(text: str) -> tuple[int, str] | None:
    """Return position (from 1) and name of the first character that a person cannot see, if any."""
    for position, character in enumerate(text, start=1):
        code = ord(character)
        if code in _CONTROL or code in _INVISIBLE or 0xD800 <= code <= 0xDFFF or code == 0xFFFD:
            return position, unicodedata.name(character, f"U+{code:04X}").lower()
    return None


_LOOKS_LIKE = {"─": "-", "━": "=", "•": "*", "›": ">", "…": ".", "·": "-", "–": "-", "\u2019": "'", "│": "|"}
_LOOKS_LIKE |= dict.fromkeys("▁▂▃▄▅▆▇", " ")  # the ends of a scroll bar, which colours alone can draw


def in_ascii(character: str) -> str:
    """Return the ASCII character that looks most like *character*, such as its base letter; "" where none does."""
    base = unicodedata.normalize("NFKD", character)[0]
    return _LOOKS_LIKE.get(character) or (base if base.isascii() and base.isprintable() else "")


def slug(text: str, longest: int = 57) -> str:
    """Return *text* as one lower-case DNS label of at most *longest* characters, or ""."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:longest].rstrip("-")
