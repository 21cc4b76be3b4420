"""What Okta's error codes mean, and which field a refusal is about."""

import re
from collections.abc import Mapping
from dataclasses import replace

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Response
from orgwizard.providers.messages import refused, status, text
from orgwizard.providers.okta import oauth_errors

_CREDENTIAL_ADVICE = "Check that the token belongs to this parent org, has not expired, and that its admin is active."
_RIGHTS_ADVICE = (
    "Check three things: the product Platform - Multi-org Deployment, Org Creator enabled by Okta Support, "
    "and a super admin role (for OAuth also the scope okta.orgs.manage)."
)
# Source: Okta's list of error codes, release 2026.08.
_CODES: Mapping[str, ErrorCode] = {
    "E0000001": ErrorCode("Okta rejected a value.", "Change it, then create again."),
    "E0000003": ErrorCode("Okta could not read the request.", "Please report this as a bug in orgwizard."),
    "E0000004": ErrorCode("Okta rejected the credentials.", _CREDENTIAL_ADVICE, "credentials.token"),
    "E0000005": ErrorCode("Okta rejected the session.", _CREDENTIAL_ADVICE, "credentials.token"),
    "E0000006": ErrorCode(
        "These credentials are not permitted to create child orgs.", _RIGHTS_ADVICE, "credentials.token"
    ),
    "E0000007": ErrorCode("Okta does not recognize this address.", "Check the parent org URL.", "site"),
    "E0000010": ErrorCode("Okta is in read-only mode.", "Try again later; see status.okta.com."),
    "E0000011": ErrorCode("The token is not valid.", _CREDENTIAL_ADVICE, "credentials.token"),
    "E0000015": ErrorCode("This feature is not enabled for the parent org.", _RIGHTS_ADVICE),
    "E0000019": ErrorCode("Okta refused the Accept header.", "Please report this as a bug in orgwizard."),
    "E0000021": ErrorCode("Okta refused the Content-Type header.", "Please report this as a bug in orgwizard."),
    "E0000022": ErrorCode("The parent org does not offer Org Creator.", _RIGHTS_ADVICE),
    "E0000047": ErrorCode(
        "Okta's rate limit is exceeded (normally 10 orgs a minute).", "Wait a minute, then create again."
    ),
    "E0000080": ErrorCode(
        "The password does not meet the child's password policy.",
        "Choose a longer one with mixed characters, or leave it blank to set it at first sign-in.",
        "administrator.password",
    ),
    "E0000088": ErrorCode("The subdomain is taken.", "Choose another subdomain.", "organization.subdomain"),
    "E0000089": ErrorCode("Okta rejected the name of the org.", "Choose another name.", "organization.name"),
    "E0000120": ErrorCode("The domain is taken by another org.", "Choose another subdomain.", "organization.subdomain"),
    "E0000170": ErrorCode("The subdomain is a reserved word.", "Choose another subdomain.", "organization.subdomain"),
    "E0000171": ErrorCode(
        "The subdomain is locked by another request that is still running.",
        "Check whether that request created the org before you create anything.",
        "organization.subdomain",
    ),
    "E0000172": ErrorCode("The subdomain is too long.", "Choose a shorter subdomain.", "organization.subdomain"),
}
_BY_STATUS: Mapping[int, str] = {401: "E0000011", 403: "E0000006", 404: "E0000007", 405: "E0000022", 429: "E0000047"}
# What Okta calls our fields in the causes of a general validation error, such as "login: too long".
_CAUSE_FIELDS: Mapping[str, str] = {
    "subdomain": "organization.subdomain",
    "name": "organization.name",
    "website": "organization.website",
    "firstname": "administrator.first_name",
    "lastname": "administrator.last_name",
    "email": "administrator.email",
    "login": "administrator.login",
    "password": "administrator.password",
    "recovery_question": "administrator.recovery_question",
    "question": "administrator.recovery_question",
    "answer": "administrator.recovery_answer",
    "profile": "administrator.profile",
}


def _causes(error: Mapping[str, object]) -> list[str]:
    causes = error.get("errorCauses")
    rows = causes if isinstance(causes, list) else []
    return [str(row["errorSummary"]) for row in rows if isinstance(row, dict) and row.get("errorSummary")]


def _field_of(causes: list[str]) -> str:
    """Return the field that the causes are about: the last name before a colon, else the first anywhere."""
    from orgwizard.providers.okta.profile_attributes import PROFILE_LIMITS

    fields = {**dict.fromkeys(map(str.lower, PROFILE_LIMITS), "administrator.profile"), **_CAUSE_FIELDS}
    for cause in causes:
        before, colon, _ = cause.lower().partition(":")
        path = re.findall("[a-z_]+", before) if colon else []
        words = [*reversed(path), *re.findall("[a-z_]+", cause.lower())]
        if field := next((fields[word] for word in words if word in fields), ""):
            return field
    return ""


def refusal(response: Response) -> Refused:
    """Return what an Okta error means; decides by `errorCode`, never by the summary.

    What is wrong with a proof has the shape of an OAuth error instead.
    """
    if oauth_errors.is_about_proof(response):
        return oauth_errors.refusal(response)
    body = response.json()
    code, causes = text(body, "errorCode"), _causes(body)
    known = (
        _CODES.get(code)
        or _CODES.get(_BY_STATUS.get(response.status, ""))
        or ErrorCode(f"Okta refused with {status(response)}.", _RIGHTS_ADVICE)
    )
    if code == "E0000001":
        known = replace(known, field=_field_of(causes))
    said = "; ".join(causes) or text(body, "errorSummary")
    return refused(known, response, "Okta", said=said, code=code, request_id=text(body, "errorId"))


def error_codes() -> Mapping[str, ErrorCode]:
    """Return Okta's error codes, those of its token endpoint, and what a bare HTTP status means."""
    return {**_CODES, **oauth_errors.CODES, **{f"HTTP {number}": _CODES[code] for number, code in _BY_STATUS.items()}}


def is_read_only(response: Response) -> bool:
    """Return whether Okta is in read-only mode, in which nothing is created."""
    return response.status == 503 and text(response.json(), "errorCode") == "E0000010"


def is_taken(response: Response) -> bool:
    """Return whether the subdomain exists already, or another request holds it."""
    return text(response.json(), "errorCode") in ("E0000088", "E0000171")
