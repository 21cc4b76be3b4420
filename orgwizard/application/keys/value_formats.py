"""Names and values written for a shell or a file, quoted for it; what a format cannot hold is refused."""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping

from orgwizard.domain.errors import BadInput

Texts = Mapping[str, str]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class _CannotHold(Exception):
    """A format has no way to write a value; the text says what of it."""


def assignments(name: str, values: Texts) -> str:
    """Return *values* as text in the format called *name*, ending with a line end.

    Raises `BadInput`, without any value, where the format cannot hold one.
    """
    assign, fault = FORMATS[name], ""
    for variable, value in values.items():
        try:
            _check(variable, value)
            assign({variable: value})
        except _CannotHold as cannot:
            fault = f"{variable} cannot be written as {name}: {cannot}."
            break
    if not fault:
        return assign(values)
    raise BadInput(fault, "Choose another format, such as json.", field="format")


def masks(values: Texts, secrets: Collection[str]) -> str:
    """Return the lines that keep GitHub Actions from showing *secrets*, by their names, in its logs.

    Source: "Workflow commands for GitHub Actions"; the escapes are those of actions/toolkit.
    """
    return "".join(f"::add-mask::{mask(values[name])}\n" for name in secrets)


def mask(value: str, percent: str = "%25") -> str:
    """Return a value as the lines take it that a CI service reads from a log, with its way to write a percent sign."""
    return value.replace("%", percent).replace("\r", "%0D").replace("\n", "%0A")


def table(name: str, members: Mapping[str, Texts]) -> str:
    """Return the text of a settings file of a vendor's tool, by its name; raises `BadInput` as `assignments` does."""
    write = _yaml if name.endswith((".yaml", ".yml")) else _ini
    fault = ""
    try:
        for section in members.values():
            for member, value in section.items():
                _check(member, value)
        return write(members)
    except _CannotHold as cannot:
        fault = f"The keys cannot be written to a file like {name}: {cannot}."
    raise BadInput(fault, "Choose another format, such as json.", field="format")


def _check(name: str, value: str) -> None:
    """Refuse what no environment, and so no format of it, can hold."""
    if not _NAME.fullmatch(name):
        raise _CannotHold("its name holds other characters than letters, digits and underscores")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise _CannotHold("it contains a character that no text can hold")


def _lines(template: str, quote: Callable[[str], str]) -> Callable[[Texts], str]:
    """Return a format of a line, or several for a value of several lines, for each value."""

    def write(values: Texts) -> str:
        return "".join(template.format(name=name, value=quote(value)) for name, value in values.items())

    return write


# ---- shells ----


def _sh(value: str) -> str:
    """Quote for POSIX shells and zsh, where nothing is special within single quotes."""
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _fish(value: str) -> str:
    """Quote for fish: within single quotes, a backslash escapes itself and the quote."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell(value: str) -> str:
    """Quote for PowerShell, which takes four typographic quotes for the plain one: each is doubled."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", value) + "'"


# ---- files ----


def _dotenv(value: str) -> str:
    """Quote so that node's and Python's dotenv, Compose and a shell read the same; they agree on little.

    Plain where possible: `docker run --env-file` knows no quotes.
    """
    if re.fullmatch(r"[A-Za-z0-9_@%+:,./-]+", value):
        return value
    if "\r" in value or "${" in value:
        raise _CannotHold("tools differ in how they read a carriage return and ${")
    if "'" not in value and not re.search(r"\\\\|\\$", value):
        return f"'{value}'"
    if not re.search(r'["$`\\]', value):
        return f'"{value}"'
    raise _CannotHold("tools differ in how they read its quotes and backslashes")


def _github(values: Texts) -> str:
    """Return lines for the file that $GITHUB_ENV names; a value of several lines stands between delimiters."""
    text = ""
    for name, value in values.items():
        if "\r" in value:
            raise _CannotHold("it contains a carriage return")
        end = "EOF"
        while end in value:
            end += "_"
        text += f"{name}<<{end}\n{value}\n{end}\n" if "\n" in value else f"{name}={value}\n"
    return text


def _hcl(value: str) -> str:
    """Quote for Terraform, where ${ and %{ begin a template, and all text is brought to Unicode's form NFC."""
    if unicodedata.normalize("NFC", value) != value:
        raise _CannotHold("Terraform would change its characters (it is not in Unicode's form NFC)")
    return '"' + re.sub(r"[$%](?=\{)", _code, _escaped(value)) + '"'


def _escaped(value: str) -> str:
    """Escape all but printable ASCII as YAML and HCL both read it."""
    return re.sub("[^ -~]", _code, value.replace("\\", "\\\\").replace('"', '\\"'))


def _code(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _yaml(members: Mapping[str, Texts]) -> str:
    """Return tables whose names are dotted paths, such as "okta.client", as nested members; strings are quoted."""
    text = ""
    for path, section in members.items():
        names = path.split(".")
        text += "".join(f"{'  ' * depth}{name}:\n" for depth, name in enumerate(names))
        text += "".join(f'{"  " * len(names)}{member}: "{_escaped(value)}"\n' for member, value in section.items())
    return text


def _ini(members: Mapping[str, Texts]) -> str:
    """Return sections; the tools that read them interpolate % and trim spaces."""
    for value in (value for section in members.values() for value in section.values()):
        if not value.isprintable() or value != value.strip() or not value or "%" in value:
            raise _CannotHold("INI files hold no line breaks, percent signs and spaces at the ends")
    return "".join(
        f"[{name}]\n" + "".join(f"{member} = {value}\n" for member, value in section.items())
        for name, section in members.items()
    )


def _json(values: Texts) -> str:
    return json.dumps(dict(values), indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Texts], str]] = {
    "sh": _lines("export {name}={value}\n", _sh),
    "fish": _lines("set -gx {name} {value}\n", _fish),
    "powershell": _lines("$env:{name} = {value}\n", _powershell),
    "dotenv": _lines("{name}={value}\n", _dotenv),
    "json": _json,
    "terraform": _lines("export {name}={value}\n", _sh),
    "github": _github,
    "tfvars": _lines("{name} = {value}\n", _hcl),
}
