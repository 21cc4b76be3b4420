"""The states of an attempt, and what each means to who asks later: the outcome, the exit code and the error's code."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from orgwizard.domain.errors import Exit, NeedsAttention, NoResponse, NotSent, Refused

Outcome: TypeAlias = Literal["created", "not_created", "unknown"]

# The ends of an attempt after which nothing is left to do or to find out.
SETTLED = frozenset(("ready", "refused", "not_sent", "exists", "absent"))


class StateMeaning(NamedTuple):
    """What a state means where the journal has no more than that; `code` is of the error, if there is one."""

    outcome: Outcome
    exit_code: Exit = Exit.UNKNOWN
    code: str = NeedsAttention.default_code


MEANINGS: Mapping[str, StateMeaning] = {
    "requested": StateMeaning("not_created"),
    "waiting": StateMeaning("not_created"),
    "sending": StateMeaning("unknown"),
    "answered": StateMeaning("unknown"),
    "unknown": StateMeaning("unknown", code=NoResponse.default_code),
    "damaged": StateMeaning("unknown"),
    "refused": StateMeaning("not_created", Exit.REFUSED, Refused.default_code),
    "not_sent": StateMeaning("not_created", Exit.NOT_SENT, NotSent.default_code),
    "absent": StateMeaning("not_created", Exit.NOT_SENT, NotSent.default_code),
    "created": StateMeaning("created", Exit.ATTENTION),
    "stored": StateMeaning("created", Exit.ATTENTION),
    "later": StateMeaning("created", Exit.ATTENTION),
    "exists": StateMeaning("created", Exit.ATTENTION),
    "ready": StateMeaning("created", Exit.READY),
}
