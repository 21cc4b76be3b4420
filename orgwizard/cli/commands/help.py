"""Help by topic, and what each code means."""

import argparse
import re
import signal
from collections.abc import Iterable, Iterator, Mapping

from orgwizard.cli.command_table import COMMANDS
from orgwizard.cli.parser import help_of, suggestion
from orgwizard.cli.topics import TOPICS, rows
from orgwizard.domain.error_codes import EXITS, OURS, ErrorCode
from orgwizard.domain.errors import BadInput, Exit
from orgwizard.domain.json_result import result_object
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.sentence import sentence
from orgwizard.providers import PROVIDERS
from orgwizard.system import shutdown
from orgwizard.ui.batch.streams import write_json, write_stdout

_OTHER_STATUS = ErrorCode(
    "The service returned this HTTP status, which alone does not say whether an org was created.",
    "`outcome` says it. If it is unknown, run: orgwizard resume",
)


def show(arguments: argparse.Namespace) -> int:
    """Print a topic, what a command takes, or the list of topics; returns the exit code."""
    name = " ".join(arguments.topic).lower()
    text = _page(name) if name else "\n".join(rows({topic: about.title for topic, about in TOPICS.items()}))
    if arguments.json:
        write_json(result_object(topic=name or None, topics=list(TOPICS), text=text))
    else:
        write_stdout(text)
    return Exit.READY


def _page(name: str) -> str:
    """Return the page of a topic, or else the help of a command; raises `BadInput` that names the nearest of them."""
    if name in TOPICS:
        return "\n".join(TOPICS[name].lines())
    if text := help_of(name.split()).rstrip("\n"):
        return text
    raise _unknown("topic or command", name, known_topics(), "orgwizard help")


def known_topics() -> tuple[str, ...]:
    """Return the topics and the commands, each once: what help explains."""
    return tuple(dict.fromkeys((*TOPICS, *(command.name for command in COMMANDS))))


def explain(arguments: argparse.Namespace) -> int:
    """Print what a code means and what to do about it, or the list of codes; returns the exit code."""
    asked = " ".join(arguments.code)
    found = dict(_explained(asked)) if asked else {}
    if asked and not found:
        raise _unknown("code", asked, _known(), "orgwizard explain")
    if arguments.json:
        meanings = [{"source": where, "meaning": c.meaning, "advice": c.advice} for where, c in found.items()]
        write_json(result_object(code=asked or None, codes=list(_known()), meanings=meanings))
    elif found:
        texts = (filter(None, (_attributed(where, code.meaning), code.advice)) for where, code in found.items())
        write_stdout("\n\n".join(map("\n".join, texts)))
    else:
        write_stdout("\n".join(rows(_known())))
    return Exit.READY


def _attributed(where: str, meaning: str) -> str:
    """Return a meaning with whose it is, unless its sentence says so."""
    return meaning if meaning.startswith(where) else f"{where}: {meaning}"


def _explained(asked: str) -> Iterator[tuple[str, ErrorCode]]:
    """Yield each meaning of a code, with whose it is: several services may use one code."""
    wanted = asked.strip().casefold()
    number = wanted.removeprefix("exit").strip()
    if exit_code := _exit_code(number):
        yield f"Exit code {number}", ErrorCode(exit_code)
    for provider in PROVIDERS:
        for name, code in provider.codes.items():
            if name.casefold() in (wanted, f"http {wanted}"):
                yield provider.title, code
    ours = [name for name in OURS if name.casefold() == wanted]  # some differ by case alone
    for name in ours:
        yield "orgwizard" if name == asked.strip() or len(ours) == 1 else name, OURS[name]
    if re.fullmatch(r"http [1-9]\d\d", wanted) and not any(wanted.upper() in provider.codes for provider in PROVIDERS):
        yield "orgwizard", _OTHER_STATUS


def _exit_code(number: str) -> str:
    """Return what an exit code means, "" if *number* is none."""
    words = {str(int(code)): sentence(words) for code, words in EXITS.items()}
    signals = {
        str(128 + one): f"Ended by {one.name}, once a running request had finished and its keys were stored."
        for one in shutdown.ENDING
        if one != signal.SIGINT
    }
    return {**signals, **words}.get(number, "")


def _known() -> Mapping[str, str]:
    """Return every code with its meaning, those of the services after ours."""
    ours = {name: code.meaning for name, code in OURS.items()}
    theirs: dict[str, list[str]] = {}
    for provider in PROVIDERS:
        for name, code in sorted(provider.codes.items()):
            theirs.setdefault(name, []).append(_attributed(provider.title, code.meaning))
    return {**ours, **{name: " ".join(meanings) for name, meanings in sorted(theirs.items())}}


def known_codes() -> tuple[str, ...]:
    """Return every code that is one word, and every exit code, for completion."""
    return (*(code for code in _known() if " " not in code), *(str(int(code)) for code in EXITS))


def _unknown(kind: str, asked: str, known: Iterable[str], command: str) -> BadInput:
    meant = suggestion(asked, known)
    return BadInput(f"Unknown {kind}: {REDACTOR.nameable(asked)}.{meant}", f"List them with: {command}")
