"""The lines of an attempt's file, an event each, written as ASCII JSON and folded into facts again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeAlias

from pydantic_core import from_json

from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.storage.attempts.record import NEVER_LEFT, stored_names

Event: TypeAlias = dict[str, Any]  # one line: "at", "event" and its facts, which anybody may have edited

_STATES = frozenset(  # events that lead to a state of their name
    ("requested", "waiting", "sending", "answered", "created", "stored", "refused", "not_sent", "unknown")
)
_KNOWN_EVENTS = _STATES | {"given", "resumed", "shown", "profile", "found", "undo", "ended"}


def line(at: datetime, event: str, facts: Mapping[str, object]) -> str:
    """Return an event as ASCII JSON; lone surrogates, which make no valid record, become "?"."""
    known = REDACTOR.clean_values({"at": at.isoformat(), "event": event, **facts})
    text = json.dumps(known, ensure_ascii=False)
    return json.dumps(json.loads(text.encode(errors="replace")))


def facts_of(data: bytes) -> Event:
    """Fold the lines into the facts of a record, {} where no line can be read.

    Where the beginning is lost, what the later lines repeat of it is used; without that the record is "damaged".
    """
    events, whole = _events(data)
    if not events:
        return {}
    last: Event = {name: fact for event in events for name, fact in event.items()}
    given = _given(events)
    facts = {
        **_named_by_end(last),
        **last,
        "changed": last["at"],
        "state": _last_state(events, whole=whole),
        "found": next((event.get("state", "") for event in reversed(events) if event["event"] == "found"), ""),
        "undone": next((str(event["at"]) for event in reversed(events) if event["event"] == "undo"), ""),
        "given": given,
        "given_elsewhere": _unconfirmed(given, events),
    }
    if events[0]["event"] == "requested":
        facts |= {"started": events[0]["at"]}
    return facts if facts.get("provider") and facts.get("site") else facts | {"state": "damaged"}


def _named_by_end(last: Event) -> Event:
    """Return what the end repeats of the beginning."""
    told = last.get("told")
    return {name: told[name] for name in ("provider", "site") if told.get(name)} if isinstance(told, dict) else {}


def _last_state(events: Sequence[Event], *, whole: bool) -> object:
    """Return the state that the events lead to; where lines are missing, one may have said that the request left."""
    state: object = "damaged"
    for event in events:
        if event["event"] == "ended":
            state = event.get("result")
        elif event["event"] in _STATES:
            state = event["event"]
    return "unknown" if not whole and state in NEVER_LEFT else state


def _given(events: Iterable[Event]) -> list[str]:
    """Return the names under which commands were about to be given keys, each once."""
    lists = (event["given"] for event in events if isinstance(event.get("given"), list))
    return list(dict.fromkeys(str(name) for names in lists for name in names))


def _unconfirmed(given: Sequence[str], events: Iterable[Event]) -> list[str]:
    """Return those of *given* that no reference to stored keys names; one to a command may stand for all."""
    references = [event["stored"] for event in events if isinstance(event.get("stored"), dict)]
    if any("command" in reference and "names" not in reference for reference in references):
        return []
    known = {name for reference in references for name in stored_names(reference)}
    return [name for name in given if name not in known]


def _events(data: bytes) -> tuple[list[Event], bool]:
    """Return the lines that are events of ours, and whether those are all.

    A torn line, one edited into nonsense, zeros after a power cut and the words of a later version are passed over.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    events = [event for event in _parsed(lines) if _is_event(event)]
    return events, len(events) == len(lines)


def _parsed(lines: Sequence[bytes]) -> list[Any]:
    """Return what each line says, `None` for one that cannot be read; whole files are parsed at once, which is fast."""
    with suppress(ValueError, RecursionError):
        values = from_json(b"[" + b",".join(lines) + b"]", allow_inf_nan=False)
        if len(values) == len(lines):
            return list(values)
    return [_value(line.strip(b"\0")) for line in lines]


def _value(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and value.get("event") in _KNOWN_EVENTS and "at" in value
