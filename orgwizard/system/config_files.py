"""Members of settings files in TOML, YAML or INI, found by their dotted keys."""

import configparser
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from orgwizard.system import private_files

_LIMIT_BYTES = 128 * 1024  # read in well under half a second, also as YAML


class ConfigSyntaxError(Exception):
    """A file that cannot be parsed as its extension implies; its text is that language's name."""


def read(path: Path) -> Mapping[str, object]:
    """Return the members of a settings file; links are followed.

    Raises `FileNotFoundError`, `ConfigSyntaxError`, and `LocalFailure` where it cannot be read.
    """
    return parse(path, private_files.read(path, _LIMIT_BYTES, follow=True))


def parse(path: Path, data: bytes) -> Mapping[str, object]:
    """Return the members of a file's content; its name tells the language. Raises `ConfigSyntaxError`."""
    language, parser = _language(path)
    try:
        value = parser(data.decode("utf-8-sig"))
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, configparser.Error):
        value = None
    if isinstance(value, dict):
        return value
    raise ConfigSyntaxError(language)  # outside: the parser's error quotes the text, which may hold a secret


def member(members: Mapping[str, object], key: str) -> str:
    """Return the text under a key such as "okta.client.token", without blanks at its edges; "" where there is none."""
    return exact(members, key).strip()


def exact(members: Mapping[str, object], key: str) -> str:
    """Return the text under a key, every blank of it, "" where there is none."""
    value: object = members
    for name in [key] if key in members else key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _language(path: Path) -> tuple[str, Callable[[str], object]]:
    if path.suffix in (".yaml", ".yml"):
        return "YAML", _yaml
    if path.suffix in (".ini", ".cfg") or path.name.endswith("rc"):
        return "INI", _ini
    return "TOML", tomllib.loads


def _yaml(text: str) -> object:
    import yaml  # only those who have such a file wait for it

    try:
        # The loader in C is ten times as fast; not every build of the library has it.
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - both are safe
    except yaml.YAMLError as error:
        raise ValueError from error


def _ini(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {name: dict(section) for name, section in parser.items()}
