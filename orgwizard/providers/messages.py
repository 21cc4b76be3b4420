"""What requests and responses have in common at every vendor: JSON, members that may be missing, and refusals."""

from collections.abc import Mapping

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import NotSent, Refused
from orgwizard.domain.http import Reply, Response

ACCEPT: Mapping[str, str] = {"Accept": "application/json"}
SENDS_JSON: Mapping[str, str] = {"Content-Type": "application/json"}


def succeeded(reply: Reply) -> dict[str, object]:
    """Return the JSON object of a 2xx response, {} for any other reply."""
    return reply.json() if isinstance(reply, Response) and reply.ok else {}


def text(body: Mapping[str, object], name: str) -> str:
    """Return a text member, "" if it is missing or something else."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def table(body: Mapping[str, object], name: str) -> dict[str, object]:
    """Return a member that is an object, {} if it is missing or something else."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def says_nothing(response: Response, vendor: str) -> str:
    """Return that a response of success lacks what it must have."""
    return f"{vendor}'s response ({status(response)}) lacks the expected content"


def status(response: Response) -> str:
    """Return the HTTP status as an error code."""
    return f"HTTP {response.status}"


def refused(
    known: ErrorCode,
    response: Response,
    vendor: str,
    *,
    said: str = "",
    said_first: bool = False,
    code: str = "",
    request_id: str = "",
) -> Refused:
    """Return a refusal with what is known of its code, and with what the vendor *said* if that says more.

    *said_first* puts the vendor's words first, where the code may mean several things. *code* and *request_id* are
    those of the body; without them, the status and the headers tell.
    """
    sentences = [known.meaning]
    stop = "" if said.endswith((".", "!", "?")) else "."
    if said and said.strip(" .").lower() != known.meaning.strip(" .").lower():
        sentences.insert(0 if said_first else 1, f'{vendor} says: "{said}"{stop}')
    return Refused(
        " ".join(sentences),
        known.advice,
        code=code or status(response),
        request_id=response.request_id or request_id,
        field=known.field,
    )


def outage(response: Response, vendor: str, status_page: str) -> NotSent:
    """Return the failure of a read that the vendor answered with a 5xx."""
    return NotSent(
        f"{vendor} returned {status(response)}; it may be down.",
        f"Check {status_page} and try again later.",
        code=status(response),
        request_id=response.request_id,
    )
