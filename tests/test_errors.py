import errno

import pytest

from orgwizard.domain import errors
from orgwizard.domain.errors import (
    CREATED,
    NOT_KNOWN,
    NOTHING_CREATED,
    BadFields,
    BadInput,
    Exit,
    LocalFailure,
    NeedsAttention,
    NoResponse,
    NotSent,
    Refused,
    WizardError,
)
from orgwizard.system.file_faults import cause_of


@pytest.mark.parametrize(
    ("kind", "code", "meaning"),
    [
        (BadInput, 2, NOTHING_CREATED),
        (LocalFailure, 2, NOTHING_CREATED),
        (Refused, 3, NOTHING_CREATED),
        (NotSent, 4, NOTHING_CREATED),
        (NoResponse, 5, NOT_KNOWN),
        (NeedsAttention, 6, CREATED),
        (WizardError, 1, NOTHING_CREATED),
    ],
)
def test_every_failure_says_first_what_it_means_for_the_org(kind: type[WizardError], code: int, meaning: str) -> None:
    error = kind("The cause.", "The advice.", code="E1", request_id="r-1")
    assert error.exit_code == code
    assert error.lines() == [meaning, "The cause.", "The advice.", "(E1, request ID r-1)"]


def test_a_code_that_the_cause_names_is_not_said_twice() -> None:
    assert Refused("It returned HTTP 500.", code="HTTP 500").lines() == [NOTHING_CREATED, "It returned HTTP 500."]
    assert Refused("It returned HTTP 500.", code="HTTP 500", request_id="r-1").evidence == "request ID r-1"


def test_the_exit_codes_are_those_that_scripts_know() -> None:
    assert {e.name: e.value for e in Exit} == {
        "READY": 0,
        "BUG": 1,
        "USAGE": 2,
        "REFUSED": 3,
        "NOT_SENT": 4,
        "UNKNOWN": 5,
        "ATTENTION": 6,
        "BUSY": 7,
        "LEFT": 130,
    }


def test_every_kind_of_failure_is_a_trouble() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) == 12
    assert all(issubclass(kind, WizardError) for kind in kinds)


def test_what_is_not_known_is_left_out() -> None:
    assert Refused("The cause.").lines() == [NOTHING_CREATED, "The cause."]
    assert Refused("The cause.", request_id="r").lines()[-1] == "(request ID r)"


@pytest.mark.parametrize("code", ["ReadError", "ConnectTimeout", "RemoteProtocolError", "OSError", "TimeoutError"])
def test_a_librarys_class_is_for_scripts_alone(code: str) -> None:
    error = NoResponse("The cause.", code=code, request_id="r")
    assert error.lines()[1:] == ["The cause.", "(request ID r)"]
    assert error.code == code


@pytest.mark.parametrize("code", ["E0000088", "HTTP 503", "invalid_dpop_proof"])
def test_a_services_code_is_shown(code: str) -> None:
    assert Refused("The cause.", code=code).lines()[-1] == f"({code})"


@pytest.mark.parametrize(
    "fault", [OSError(errno.ENOSPC, "x"), OSError(), TimeoutError(), ConnectionResetError(104, "x"), KeyError("s3cret")]
)
def test_a_fault_is_told_in_words(fault: Exception) -> None:
    said = cause_of(fault)
    assert "Error" not in said
    assert "s3cret" not in said
    assert said.endswith(".")


def test_a_meaning_of_its_own_goes_before_that_of_the_kind() -> None:
    assert LocalFailure("The cause.", meaning="Nothing was started.").lines()[0] == "Nothing was started."


def test_what_a_service_says_cannot_drive_the_terminal() -> None:
    odd = "a\x1b[31m\nb\u202e"
    error = Refused(odd, odd, code=odd, request_id=odd, field=odd)
    for part in (error.cause, error.advice, error.code, error.request_id, error.field, str(error)):
        assert part == "a b"


def test_several_wrong_fields_are_all_named_and_the_first_is_gone_to() -> None:
    bad = BadFields({"organization.name": "Required.", "site": "Unknown."}, "The plan x.toml")
    assert bad.cause == "The plan x.toml: organization.name: Required.  site: Unknown."
    assert bad.field == "organization.name"
    assert bad.problems == {"organization.name": "Required.", "site": "Unknown."}
    assert BadFields({"site": "Unknown."}).cause == "site: Unknown."


@pytest.mark.parametrize(
    ("code", "told"), [("E0000088", ["(E0000088)"]), ("invalid_client", ["(invalid_client)"]), ("attention", [])]
)
def test_a_code_of_our_own_is_not_told_to_a_person(code: str, told: list[str]) -> None:
    assert Refused("No.", code=code).lines() == [NOTHING_CREATED, "No.", *told]


def test_a_page_that_a_service_says_is_shortened_in_its_middle() -> None:
    error = Refused(f"Refused: {'x' * 100_000}. It is kept in /spool/a.", code="y" * 9000, request_id="z" * 9000)
    assert len("".join(error.lines())) < 6000
    assert error.cause.startswith("Refused: ")
    assert error.cause.endswith("It is kept in /spool/a.")
