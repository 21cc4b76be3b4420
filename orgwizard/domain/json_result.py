"""The one object that every command prints with --json: the same members in every outcome, of a versioned schema."""

from typing import Any

from orgwizard.domain.errors import BadFields, WizardError

SCHEMA = "urn:orgwizard:result:1"  # a member that is taken away or changes its meaning makes it 2


def result_object(error: WizardError | None = None, /, **members: object) -> dict[str, Any]:
    """Return the object of a command that did what it was asked for, or of its *error*.

    *members* take the place of those that are null otherwise, or are further ones of a command.
    """
    return {
        "schema": SCHEMA,
        "outcome": None,
        "ready": None,
        "attempt": None,
        "provider": None,
        "site": None,
        "org": None,
        "stored": None,
        "profile": None,
        "remarks": [],
        "problems": problems_as_json(error),
        "error": error_as_json(error),
    } | members


def org_object(name: str) -> dict[str, str | None] | None:
    """Return an org of which only the wanted name is known, None where not even that is."""
    return {"id": None, "name": name, "url": None} if name else None


def error_as_json(error: WizardError | None) -> dict[str, str | None] | None:
    """Return a failure as the `error` object."""
    if error is None:
        return None
    return {
        "code": error.code or error.default_code,
        "message": f"{error.meaning} {error.cause}",
        "hint": error.advice,
        "field": error.field or None,
        "request_id": error.request_id or None,
    }


def problems_as_json(error: WizardError | None) -> list[dict[str, str | None]]:
    """Return each wrong value that a failure is about: its key, what is wrong, and where it stands."""
    if isinstance(error, BadFields):
        sentences = error.problems.items()
        return [{"field": name, "message": words, "place": error.places.get(name)} for name, words in sentences]
    return [{"field": error.field, "message": error.cause, "place": None}] if error and error.field else []
