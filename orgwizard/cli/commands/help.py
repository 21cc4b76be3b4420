"""Help by topic, and what each code means."""

import argparse
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from orgwizard.cli.topics import TOPICS, rows
from orgwizard.domain.error_codes import EXITS, OURS, ErrorCode
from orgwizard.domain.errors import BadInput, Exit
from orgwizard.domain.json_result import result_object
from orgwizard.domain.redactor import REDACTOR
from orgwizard.providers import PROVIDERS
from orgwizard.ui.batch.streams import write_json, write_stdout

MEANING = "Nothing was done."


def show(arguments: argparse.Namespace) -> int:
    """Print a topic, or the list of topics; returns the exit code."""
    name = arguments.topic.lower()
    if name and name not in TOPICS:
        raise _unknown("topic", arguments.topic, TOPICS, "orgwizard help")
    lines = TOPICS[name].lines() if name else rows({topic: about.title for topic, about in TOPICS.items()})
    if arguments.json:
        write_json(result_object(topic=name or None, topics=list(TOPICS), text="\n".join(lines)))
    else:
        write_stdout("\n".join(lines))
    return Exit.READY


def explain(arguments: argparse.Namespace) -> int:
    """Print what a code means and what to do about it, or the list of codes; returns the exit code."""
    found = dict(_explained(arguments.code)) if arguments.code else {}
    if arguments.code and not found:
        raise _unknown("code", arguments.code, _known(), "orgwizard explain")
    if arguments.json:
        meanings = [{"source": where, "meaning": c.meaning, "advice": c.advice} for where, c in found.items()]
        write_json(result_object(code=arguments.code or None, codes=list(_known()), meanings=meanings))
    elif found:
        write_stdout("\n\n".join("\n".join(_lines(where, code)) for where, code in found.items()))
    else:
        write_stdout("\n".join(rows(_known())))
    return Exit.READY


def _lines(where: str, code: ErrorCode) -> list[str]:
    return [line for line in (f"{where}: {code.meaning}", code.advice) if line]


def _explained(asked: str) -> Iterator[tuple[str, ErrorCode]]:
    """Yield each meaning of a code, with whose it is: several services may use one code."""
    wanted = asked.strip().casefold()
    for exit_code, words in EXITS.items():
        if wanted.removeprefix("exit").strip() == str(int(exit_code)):
            yield "Exit code", ErrorCode(f"{words[0].upper()}{words[1:]}.")
    for provider in PROVIDERS:
        for name, code in provider.codes.items():
            if name.casefold() in (wanted, f"http {wanted}"):
                yield provider.title, code
    for name, code in OURS.items():
        if name.casefold() == wanted:
            yield "orgwizard" if name == asked.strip() or len(_same(name)) == 1 else name, code


def _same(name: str) -> list[str]:
    """Return the codes of ours that differ from one by case alone."""
    return [other for other in OURS if other.casefold() == name.casefold()]


def _known() -> Mapping[str, str]:
    """Return every code with its meaning, those of the services after ours."""
    ours = {name: code.meaning for name, code in OURS.items()}
    theirs = {n: f"{p.title}: {c.meaning}" for p in PROVIDERS for n, c in sorted(p.codes.items())}
    return {**ours, **theirs}


def known_codes() -> tuple[str, ...]:
    """Return every code that is one word, and every exit code, for completion."""
    return (*(code for code in _known() if " " not in code), *(str(int(code)) for code in EXITS))


def _unknown(kind: str, asked: str, known: Mapping[str, object], command: str) -> BadInput:
    close = get_close_matches(asked, known, 1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return BadInput(
        f"Unknown {kind}: {REDACTOR.nameable(asked)}.{meant}", f"List them with: {command}", meaning=MEANING
    )
