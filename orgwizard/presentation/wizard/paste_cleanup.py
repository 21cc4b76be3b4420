"""What a paste means for one answer: the value alone, without what it was copied with; and what was left out."""

import re
from dataclasses import dataclass

from orgwizard.domain.forms.questions import Question
from orgwizard.domain.secrets.credential_shapes import scheme_before
from orgwizard.domain.text.sanitize import plain_spaces, without_control, without_invisible

LONGEST = 32_768  # characters: a private key of RSA, the longest of all answers, has some 13,000 at 16,384 bits
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019"}
# A line of a shell, of PowerShell, of a .env file; and of TOML, YAML or INI where the name is one of the question's.
_HOW, _NAME = r"(?P<how>export\s+|set\s+|\$env:)?", r"(?P<name>[A-Za-z_][\w.-]*)"
_ASSIGNED = re.compile(_HOW + _NAME + r"\s*(?P<sign>[=:])\s*(?P<value>[^\s=].*)")  # "=" alone pads Base64
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
# An option of curl, as documentation and browsers copy it; the line may go on.
_CURL_HEADER = re.compile(r"""(?:-H|--header)[ =]+(?P<quote>["'])(?P<header>.*)(?P=quote)\s*\\?""")


@dataclass(frozen=True)
class CleanedPaste:
    """What goes into the field, and a sentence about what did not, or ""."""

    text: str
    said: str = ""


def meant(pasted: str, question: Question | None = None, *, before: bool = False, after: bool = False) -> CleanedPaste:
    """Return what *pasted* means as the answer to *question*; without one, as a line of text.

    A secret that its owner made up, such as a password, is taken as it is, apart from line ends around it and what
    drives a terminal. A space towards text that stands *before* or *after* it in the field is part of that.
    """
    if len(pasted) > LONGEST:
        return _nothing_of(pasted)
    lines = [line for line in pasted.splitlines() if without_invisible(line).strip()]
    if not lines:
        return CleanedPaste("", "Ignored: the paste contained only invisible characters." if pasted else "")
    if question and question.file:
        return _cleaned(" ".join(line.strip() for line in lines), question)
    if len(lines) > 1:
        return _of_several(lines, question)
    if question and question.secret and not question.env:
        text = without_control(lines[0])
        return CleanedPaste(text, "Removed: invisible characters." if text != lines[0] else "")
    return _cleaned(lines[0], question, before=before, after=after)


def typed_line(line: str) -> CleanedPaste:
    """Return what a typed line means where it may hold anything: names have "=" and quotation marks in them."""
    if len(line) > LONGEST:
        return _nothing_of(line)
    seen = without_invisible(flat := plain_spaces(line.replace("\t", " ")))
    return CleanedPaste(seen.strip(), "Removed: invisible characters." if seen != flat else "")


def _nothing_of(text: str) -> CleanedPaste:
    return CleanedPaste("", f"Ignored: {len(text):,} characters; no value has more than {LONGEST:,}.")


def _of_several(lines: list[str], question: Question | None) -> CleanedPaste:
    """Choose the line that is named after the question; else the first one, but of a secret none."""
    named = [line for line in lines if question and (found := _assigned(line, question)) and found[0] in question.env]
    if len(named) == 1:
        said = f"Of {len(lines)} pasted lines, the matching one was used."
        return CleanedPaste(_cleaned(named[0], question).text, said)
    if question and question.secret:
        return CleanedPaste("", f"Ignored: this field takes one line, you pasted {len(lines)}.")
    rest = f"The paste had {len(lines)} lines: only the first was used."
    return CleanedPaste(_cleaned(lines[0], question).text, rest)


def _cleaned(line: str, question: Question | None, *, before: bool = False, after: bool = False) -> CleanedPaste:
    """Take off one layer after the other, noting each."""
    left: list[str] = []
    seen = without_invisible(flat := plain_spaces(line.replace("\t", " ")))
    left += ["invisible characters"] if seen != flat else []
    text = seen.strip()
    whole = f"{' ' if before and seen[:1] == ' ' else ''}{text}{' ' if after and seen[-1:] == ' ' else ''}"
    left += ["spaces"] if whole != seen else []
    if _is_credential(question) and (option := _CURL_HEADER.fullmatch(text)):
        left.append(text.split("=")[0].split()[0])
        text = whole = option["header"]
    if found := _assigned(text, question):
        name, text = found
        left.append(name)
    text, quoted = _unquoted(text)
    if not found and not quoted:
        text = whole
    left += ["quotation marks"] if quoted else []
    if found and not quoted and _is_credential(question):
        text = " ".join(text.split()[: 2 if scheme_before(text) else 1]).rstrip(";")
    return CleanedPaste(text, f"Removed: {', '.join(left)}." if left else "")


def _assigned(line: str, question: Question | None) -> tuple[str, str] | None:
    """Return name and value of a line that gives a variable or a member its value, else None."""
    found = _ASSIGNED.fullmatch(line.strip())
    if not found:
        return None
    name, value = found["name"], found["value"]
    members = {key.rpartition(".")[2].lower() for key in question.keys} if question else set()
    is_variable = found["sign"] == "=" and (found["how"] or _VARIABLE.fullmatch(name))
    is_header = found["sign"] == ":" and _is_header_of(name, question)
    return (name, value) if is_variable or is_header or name.lower() in members else None


def _is_credential(question: Question | None) -> bool:
    """Return whether the answer is a secret of one line; a secret that its owner made up does not come here."""
    return bool(question and question.secret and not question.file)


def _is_header_of(name: str, question: Question | None) -> bool:
    """Return whether an HTTP header carries this credential: Authorization, or one that ends with its name."""
    if not question or not _is_credential(question):
        return False
    return name.lower() == "authorization" or name.upper().replace("-", "_").endswith(f"_{question.name.upper()}")


def _unquoted(text: str) -> tuple[str, bool]:
    """Return the text between quotation marks at its start and after it, and whether there were any."""
    closing = _QUOTES.get(text[:1], "")
    end = text.find(closing, 1) if closing else -1
    after = text[end + 1 :].strip() if end > 0 else "?"
    if end > 0 and (not after or after.startswith((";", "#", ","))):
        return text[1:end], True
    return text, False
