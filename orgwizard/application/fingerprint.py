"""Four eyes: the fingerprint of what a plan would create, so that what was approved is what is created."""

import hashlib
import json
from collections.abc import Sequence

from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.draft import Draft

_VERSION = 1  # of what is hashed: another one makes other fingerprints


def fingerprint(drafts: Sequence[Draft]) -> str:
    """Return the fingerprint of one draft, or of those of a table's rows in order: "sha256:" and 64 hex digits.

    It covers values, references to secrets and the store, with what a profile brings; not layout and comments.
    """
    orders = [draft.as_json() for draft in drafts]
    text = json.dumps({"version": _VERSION, "orders": orders}, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def require_approved(approved: str, drafts: Sequence[Draft]) -> None:
    """Raise `BadInput` where something was *approved* that is not what the drafts would create."""
    if approved and approved.strip().lower() != (found := fingerprint(drafts)):
        raise BadInput(
            f"This plan was not approved: its fingerprint is {found}.",
            "Have it approved, or use the approved plan, --set values and table.",
            code="not_approved",
        )
