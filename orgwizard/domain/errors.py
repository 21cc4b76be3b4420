"""Every failure a user can meet: what it means for the org, the likely cause, what to do now.

WizardError
|-- BadInput        2  an argument, a plan, a field, a profile        nothing was sent
|   `-- BadFields      ... with a sentence per field
|-- LocalFailure    2  no terminal, or a folder or store that does not work
|   `-- NeedsConsent   ... or one that keeps keys in plain text
|-- Refused         3  the service said no                            nothing was created
|-- NotSent         4  the request never left this machine            nothing was created
|-- Cancelled     130  the user said no to a question               nothing was done
|-- Busy            7  another orgwizard is working on this org    nothing was sent
|-- Repeated        5  an attempt at this order is there already    nothing was sent
|-- NoResponse      5  it left, or may have, and no whole response came
`-- NeedsAttention  6  created, and something after it needs a person
"""

import re
from collections.abc import Mapping
from enum import IntEnum

from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.text.sanitize import printable, shortened

NOTHING_CREATED = "Nothing was created."
NOTHING_DONE = "Nothing was done."
NOTHING_SENT = "Nothing was sent by this run."
NOT_KNOWN = "It is not known whether the org was created."
CREATED = "The org was created."
OUTCOMES: Mapping[str, str] = {"created": CREATED, "not_created": NOTHING_CREATED, "unknown": NOT_KNOWN}
KEYS_NOT_VALID = "The stored keys are no longer valid."

# Internal codes for `--json`, hidden from people.
_OURS = frozenset(
    [
        "attention",
        "bug",
        "interrupted",
        "keys",
        "left",
        "name_exists",
        "not_approved",
        "not_confirmed",
        "repeated",
        "timeout",
        "usage",
    ]
)

_CLASS = re.compile(r"[A-Z]\w*(?:Error|Timeout|Protocol)")  # a library's word; the cause says it in ours


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


def _clean(text: str) -> str:
    """Return *text* without what looks like a secret or could drive a terminal."""
    return REDACTOR.clean(printable(REDACTOR.clean(text)))


class WizardError(Exception):
    """User-facing error: outcome, cause, remedy, evidence.

    `code` is the service's own error code, `request_id` what its support asks for, and `field`
    ("organization.subdomain") the answer that the failure is about. Whatever is a secret in them is masked.
    """

    exit_code = Exit.BUG
    meaning = NOTHING_CREATED
    default_code = "Trouble"  # the code of the error in `--json` if it has none of its own: a contract

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
        self.cause = shortened(_clean(cause), _LONGEST_CAUSE)
        self.advice = _clean(advice)
        self.meaning = meaning or type(self).meaning
        self.code = shortened(REDACTOR.without_secrets(printable(code)), _LONGEST_CODE)
        self.request_id = shortened(REDACTOR.without_secrets(printable(request_id)), _LONGEST_CODE)
        self.field = printable(REDACTOR.nameable(field))
        super().__init__(self.cause)

    def advise(self, *sentences: str) -> None:
        """Put what is known of this very case before the general advice."""
        self.advice = _clean(" ".join(filter(None, (*sentences, self.advice))))

    @property
    def cause_and_advice(self) -> str:
        """Return both as one text, for a place that shows itself what the failure is about."""
        return f"{self.cause} {self.advice}".strip()

    @property
    def evidence(self) -> str:
        """Return the code, unless the cause names it, and the request id as one short phrase, or ""."""
        code = "" if self.code in _OURS or _CLASS.fullmatch(self.code) or self.code in self.cause else self.code
        parts = [code, f"request ID {self.request_id}" if self.request_id else ""]
        return ", ".join(part for part in parts if part)

    def lines(self) -> list[str]:
        """Return the failure as lines for a person, most important first."""
        lines = [self.meaning, self.cause, self.advice, f"({self.evidence})" if self.evidence else ""]
        return [line for line in lines if line]


class BadInput(WizardError):
    """What the user gave cannot be used; nothing has been sent to anybody."""

    exit_code = Exit.USAGE
    default_code = "BadInput"


class BadFields(BadInput):
    """Several answers are wrong: `problems` maps "organization.name" to a sentence.

    `places` says where each of them stands ("plan.toml:4:1"), as far as that is known.
    """

    default_code = "BadFields"

    def __init__(self, problems: Mapping[str, str], where: str = "", places: Mapping[str, str] | None = None) -> None:
        """Name every field with its sentence in the cause."""
        self.problems = {REDACTOR.nameable(field): _clean(words) for field, words in problems.items()}
        self.places = {REDACTOR.nameable(field): _clean(place) for field, place in (places or {}).items()}
        listed = "  ".join(f"{field}: {words}" for field, words in self.problems.items())
        super().__init__(f"{where}: {listed}" if where else listed, field=next(iter(self.problems), ""))

    def lines(self) -> list[str]:
        """Return the failure as lines for a person: one for each problem, after the place where it stands."""
        if len(self.problems) < 2 and not self.places:
            return super().lines()
        parts_of = ((self.places.get(field), field, words) for field, words in self.problems.items())
        problems = [": ".join(filter(None, _once(*parts))) for parts in parts_of]
        return [line for line in (self.meaning, *problems, self.advice) if line]


def _once(place: str | None, field: str, words: str) -> tuple[str, ...]:
    """Return the parts of a problem's line; a place that ends with the field, such as "--set KEY", says it already."""
    return (place, words) if place and place.split()[-1] == field else (place or "", field, words)


class LocalFailure(WizardError):
    """Something on this machine does not work: the terminal, a folder, a store for the keys."""

    exit_code = Exit.USAGE
    default_code = "Unusable"


class NeedsConsent(LocalFailure):
    """A store works and keeps keys in plain text: with a yes to `question`, `store` is what a plan names it."""

    def __init__(self, cause: str, question: str, store: str) -> None:
        super().__init__(cause, f'{question} In a plan, agree with store = "{store}".')
        self.question, self.store = question, store


class Cancelled(WizardError):
    """The user was asked, and said no."""

    exit_code = Exit.LEFT
    default_code = "left"
    meaning = NOTHING_DONE


class Busy(WizardError):
    """Another orgwizard is at work on the same order, or on the same attempt."""

    exit_code = Exit.BUSY
    default_code = "Busy"
    meaning = NOTHING_SENT


class Repeated(WizardError):
    """The order was sent before, or may have been: the attempt with the id `attempt` is "open", "done" or "unclear"."""

    exit_code = Exit.UNKNOWN
    meaning = NOTHING_SENT

    def __init__(self, attempt: str, kind: str, cause: str, advice: str = "") -> None:
        super().__init__(cause, advice, code="repeated")
        self.attempt, self.kind = attempt, kind


class Refused(WizardError):
    """The service answered, and the answer was no."""

    exit_code = Exit.REFUSED
    default_code = "Refused"


class NotSent(WizardError):
    """The request never left: name, connection, TLS, proxy or the answer to a read was missing.

    `wait_seconds` is when to try again, where a service said so.
    """

    exit_code = Exit.NOT_SENT
    default_code = "NotSent"
    wait_seconds: float | None = None


class NoResponse(WizardError):
    """The request left, or may have, and no whole response came back."""

    exit_code = Exit.UNKNOWN
    default_code = "NoAnswer"
    meaning = NOT_KNOWN


class NeedsAttention(WizardError):
    """The org exists, and something after its creation needs a person."""

    exit_code = Exit.ATTENTION
    default_code = "Attention"
    meaning = CREATED
