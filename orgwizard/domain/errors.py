"""Every failure a user can meet: what it means for the org, the likely cause, what to do now.

Trouble
|-- BadInput        2  an argument, a plan, a field, a profile        nothing was sent
|   `-- BadFields      ... with a sentence per field
|-- Unusable        2  no terminal, or a folder or store that does not work
|-- Refused         3  the service said no                            nothing was created
|-- NotSent         4  the request never left this machine            nothing was created
|-- Busy            7  another orgwizard is at this order now       nothing was sent
|-- Repeated        5  an attempt at this order is there already    nothing was sent
|-- NoAnswer        5  it left, or may have, and no whole answer came
`-- Attention       6  created, and something after it needs a person
"""

from collections.abc import Mapping
from enum import IntEnum

from orgwizard.domain.redactor import REDACTOR
from orgwizard.domain.sanitize import printable, shortened

NOTHING_CREATED = "Nothing was created."
NOTHING_SENT = "Nothing was sent by this run."
NOT_KNOWN = "It is not known whether the org was created."
CREATED = "The org was created."


# Codes of our own for `--json`, which tell a person nothing that the sentences do not.
_OURS = frozenset(("attention", "bug", "interrupted", "left", "not_confirmed", "repeated", "timeout"))


class Exit(IntEnum):
    """The program's exit codes, a contract with scripts."""

    READY = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    NOT_SENT = 4
    UNKNOWN = 5
    ATTENTION = 6
    BUSY = 7
    LEFT = 130


# In characters: services answer with whole pages at times.
_LONGEST_CAUSE = 4000
_LONGEST_CODE = 200


class Trouble(Exception):
    """A failure told in the order a person needs it: meaning, cause, advice, evidence.

    `code` is the service's own error code, `request_id` what its support asks for, and `field`
    ("organization.subdomain") the answer that the failure is about. Whatever is a secret in them is masked.
    """

    exit_code = Exit.BUG
    meaning = NOTHING_CREATED

    def __init__(
        self,
        cause: str,
        advice: str = "",
        *,
        meaning: str = "",
        code: str = "",
        request_id: str = "",
        field: str = "",
    ) -> None:
        """Keep the parts, cleaned of anything that could drive a terminal."""
        self.cause = shortened(REDACTOR.clean(printable(REDACTOR.clean(cause))), _LONGEST_CAUSE)
        self.advice = REDACTOR.clean(printable(REDACTOR.clean(advice)))
        self.meaning = meaning or type(self).meaning
        self.code = shortened(REDACTOR.without_secrets(printable(code)), _LONGEST_CODE)
        self.request_id = shortened(REDACTOR.without_secrets(printable(request_id)), _LONGEST_CODE)
        self.field = printable(REDACTOR.nameable(field))
        super().__init__(self.cause)

    def advise(self, *sentences: str) -> None:
        """Put what is known of this very case before the general advice."""
        self.advice = REDACTOR.clean(printable(REDACTOR.clean(" ".join(filter(None, (*sentences, self.advice))))))

    @property
    def evidence(self) -> str:
        """Return the code and the request id as one short phrase, or ""."""
        code = "" if self.code in _OURS else self.code
        parts = [code, f"request id {self.request_id}" if self.request_id else ""]
        return ", ".join(part for part in parts if part)

    def lines(self) -> list[str]:
        """Return the failure as lines for a person, most important first."""
        lines = [self.meaning, self.cause, self.advice, f"({self.evidence})" if self.evidence else ""]
        return [line for line in lines if line]


class BadInput(Trouble):
    """What the user gave cannot be used; nothing has been sent to anybody."""

    exit_code = Exit.USAGE


class BadFields(BadInput):
    """Several answers are wrong: `problems` maps "organization.name" to a sentence."""

    def __init__(self, problems: Mapping[str, str], where: str = "") -> None:
        """Name every field with its sentence in the cause."""
        self.problems = {REDACTOR.nameable(field): words for field, words in problems.items()}
        told = "  ".join(f"{field}: {words}" for field, words in self.problems.items())
        super().__init__(f"{where}: {told}" if where else told, field=next(iter(self.problems), ""))


class Unusable(Trouble):
    """Something on this machine does not work: the terminal, a folder, a store for the keys."""

    exit_code = Exit.USAGE


class Busy(Trouble):
    """Another orgwizard is at work on the same order, or on the same attempt."""

    exit_code = Exit.BUSY
    meaning = NOTHING_SENT


class Repeated(Trouble):
    """The order was sent before, or may have been: the attempt with the id `attempt` is "open", "done" or "unclear"."""

    exit_code = Exit.UNKNOWN
    meaning = NOTHING_SENT

    def __init__(self, attempt: str, kind: str, cause: str, advice: str = "") -> None:
        """Keep the attempt's id, and how it stands, beside the sentences."""
        super().__init__(cause, advice, code="repeated")
        self.attempt, self.kind = attempt, kind


class Refused(Trouble):
    """The service answered, and the answer was no."""

    exit_code = Exit.REFUSED


class NotSent(Trouble):
    """The request never left: name, connection, TLS, proxy or the answer to a read was missing.

    `wait_seconds` is when to try again, where a service said so.
    """

    exit_code = Exit.NOT_SENT
    wait_seconds: float | None = None


class NoAnswer(Trouble):
    """The request left, or may have, and no whole answer came back."""

    exit_code = Exit.UNKNOWN
    meaning = NOT_KNOWN


class Attention(Trouble):
    """The org exists, and something after its creation needs a person."""

    exit_code = Exit.ATTENTION
    meaning = CREATED
