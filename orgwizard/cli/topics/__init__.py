"""The pages of `orgwizard help TOPIC`, made of the data that the program itself works with; read offline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from textwrap import wrap

COLUMNS = 100


@dataclass(frozen=True)
class Topic:
    """A page: *text* names the function that returns its lines as "module:function", imported when it is read."""

    title: str
    text: str

    def lines(self) -> list[str]:
        """Return the page."""
        module, _, function = self.text.partition(":")
        write: Callable[[], list[str]] = getattr(import_module(f"orgwizard.cli.topics.{module}"), function)
        return write()


TOPICS: Mapping[str, Topic] = {
    "credentials": Topic("what each provider needs, and where secrets are read from", "connecting:credentials"),
    "stores": Topic("where the new keys can be stored", "connecting:stores"),
    "plan": Topic("the keys of a plan file", "plans:plan"),
    "table": Topic("many orgs from a CSV file", "plans:table"),
    "keyboard": Topic("the wizard's keyboard shortcuts, and the commands of plain mode", "using:keyboard"),
    "accessibility": Topic("screen readers, colours and simple terminals", "using:accessibility"),
    "files": Topic("where orgwizard keeps its files on this machine", "using:files"),
    "sandbox": Topic("trying everything without an account", "using:sandbox"),
    "exit-codes": Topic("what the exit codes mean", "using:exit_codes"),
}


def rows(pairs: Mapping[str, str], indent: str = "  ") -> list[str]:
    """Return two columns; the first is as wide as its longest name, the second is wrapped."""
    width = max(map(len, pairs), default=0)
    below = " " * (len(indent) + width + 2)
    lines: list[str] = []
    for name, words in pairs.items():
        wrapped = wrap(words, COLUMNS - len(below), break_long_words=False) or [""]
        lines += [f"{indent}{name:<{width}}  {wrapped[0]}".rstrip(), *(f"{below}{line}" for line in wrapped[1:])]
    return lines
