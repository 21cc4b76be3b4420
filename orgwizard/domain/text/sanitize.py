"""Text that came from elsewhere, made safe to draw on a terminal or to print."""

import re
import unicodedata

# C0, DEL and C1 drive terminals (ECMA-48).
_CONTROL = frozenset((*range(0x20), *range(0x7F, 0xA0)))
# Whole sequences (ECMA-48): CSI; OSC and other strings up to BEL or ST; those of two characters. Of the 8-bit forms, a
# string ends with BEL alone: the end marks are also what quotation marks in a wrong encoding become.
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)"
    r"|\x9d[^\x07\x1b\x9c\x9d\r\n]*\x07"
    r"|\x1b[ -/]*[0-~]"
)
# What nobody sees: Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt), first and last of each;
# then line and paragraph separators, and the interlinear marks.
_IGNORABLE = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
_INVISIBLE = frozenset(
    code for first, last in (*_IGNORABLE, (0x2028, 0x2029), (0xFFF9, 0xFFFB)) for code in range(first, last + 1)
)
# All spaces of Unicode (category Zs) but the plain one, and the braille letter without dots.
_SPACES = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x2800, 0x3000), " ")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_MOST_MARKS = 4  # on one letter: as many as written languages need


def printable(text: str) -> str:
    """Return *text* without characters that drive a terminal or hide; line ends and odd spaces become plain blanks."""
    if text.isascii() and text.isprintable():
        return text
    flat = plain_spaces(re.sub(r"[\r\n\t]+", " ", without_sequences(text)))
    return without_floods(_LONE_SURROGATES.sub("\ufffd", without_invisible(flat)))


def without_floods(text: str) -> str:
    """Return *text* with at most four combining marks on one letter: a flood of them is drawn over other lines."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def plain_spaces(text: str) -> str:
    """Return *text* with a plain space for each no-break, em, ideographic or other odd one."""
    return text.translate(_SPACES)


def shortened(text: str, length: int) -> str:
    """Return *text*, without its middle where it is longer than *length*: what it is about stands at either end."""
    if len(text) <= length:
        return text
    half = length // 2
    return f"{text[:half]} [... {len(text) - 2 * half} characters ...] {text[-half:]}"


def without_sequences(text: str) -> str:
    """Return *text* without whole escape sequences."""
    return _SEQUENCES.sub("", text)


def without_control(text: str) -> str:
    """Return *text* without what drives a terminal: escape sequences and control characters."""
    return "".join(c for c in without_sequences(text) if ord(c) not in _CONTROL)


def without_invisible(text: str) -> str:
    """Return *text* without what nobody can see, which copying brings along: escape sequences, control characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in without_control(text) if ord(c) not in _INVISIBLE)


def odd_character(text: str) -> tuple[int, str] | None:
    """Return position (from 1) and name of the first character that nobody sees, or that only looks like a space."""
    for position, character in enumerate(text, start=1):
        if _is_odd(ord(character)):
            return position, unicodedata.name(character, "").lower() or f"U+{ord(character):04X}"
    return None


def _is_odd(code: int) -> bool:
    return code in _CONTROL or code in _INVISIBLE or code in _SPACES or 0xD800 <= code <= 0xDFFF or code == 0xFFFD


def shown_exactly(text: str) -> tuple[str, str]:
    """Return a key as it can be drawn without a change, and a phrase about how the rest of it is written, or "".

    Where there is such a character, a tab, a mark or a blank at an edge, each is written as its code after a backslash,
    and a backslash as two.
    """
    if printable(text) == text == text.strip():
        return text, ""
    inner = range(len(text) - len(text.lstrip()), len(text.rstrip()))
    drawn = "".join(_drawn(character, at in inner) for at, character in enumerate(text))
    return drawn, r"\uXXXX stands for a character that cannot be shown, \\ for a backslash"


def _drawn(character: str, is_inner: bool) -> str:
    """Return a character of a key, or its code where it would be changed or not be seen."""
    if character == "\\":
        return "\\\\"
    hidden = _is_odd(ord(character)) or unicodedata.category(character) in ("Mn", "Me")
    if not hidden and (is_inner or character != " "):
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


_LOOKS_LIKE = {
    "✓": "+",
    "▸": ">",
    "─": "-",
    "━": "=",
    "•": "*",
    "›": ">",
    "…": ".",
    "·": "-",
    "–": "-",
    "\u2019": "'",
    "│": "|",
}
_LOOKS_LIKE |= dict.fromkeys("▁▂▃▄▅▆▇", " ")  # the ends of a scroll bar, which colours alone can draw


def in_ascii(character: str) -> str:
    """Return the ASCII character that looks most like *character*, such as its base letter; "" where none does."""
    base = unicodedata.normalize("NFKD", character)[0]
    return _LOOKS_LIKE.get(character) or (base if base.isascii() and base.isprintable() else "")


def slug(text: str, longest: int = 57) -> str:
    """Return *text* as one lower-case DNS label of at most *longest* characters, or ""."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:longest].rstrip("-")
