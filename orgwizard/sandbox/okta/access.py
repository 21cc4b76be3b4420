"""Who asks the pretend Okta: an API token, or an access token of a service app."""

from orgwizard.sandbox import scenarios
from orgwizard.sandbox.ids import CHILD_TOKEN
from orgwizard.sandbox.messages import Request
from orgwizard.sandbox.okta.limits import Limits, Refuse
from orgwizard.sandbox.okta.oauth import Authorization
from orgwizard.sandbox.okta.orgs import Org, authorization, credential


class Access:
    """Admits credentials, and forgets those that were revoked."""

    def __init__(self, oauth: Authorization, limits: Limits, refuse: Refuse) -> None:
        self._oauth, self._limits, self._refuse = oauth, limits, refuse
        self._revoked: set[str] = set()

    def revoke(self, request: Request) -> None:
        """Admit the credential of a request no longer."""
        self._revoked.add(credential(request))

    def scheme(self, request: Request, org: Org, *barred: str, scope: str = "") -> str:
        """Return the scheme of a valid credential that says none of the *barred* words; count the request.

        What was issued here must have the *scope*, and its client id is what says the words.
        """
        scheme, token = authorization(request)
        if scheme not in ("ssws", "bearer", "dpop"):
            raise self._refuse("E0000005")
        issued = self._oauth.admitted(request, scheme, token) if org.parent else None
        named = issued.client_id if issued else token
        if scenarios.says(named, "suspended"):
            raise self._refuse("E0000004")
        if token in self._revoked or (not issued and not _is_valid(scheme, token, org)):
            raise self._refuse("E0000011")
        if scenarios.says(named, *barred) or (issued and scope not in issued.scopes):
            raise self._refuse("E0000006")
        self._limits.count(request, org)
        return scheme


def _is_valid(scheme: str, token: str, org: Org) -> bool:
    """Return whether the token opens the org: a child's is its own, a parent's any other of plausible shape."""
    if not org.parent:
        made_there = scenarios.says(token, "replacement")
        return scheme == "ssws" and bool(org.token) and (token == org.token or made_there)
    plausible = len(token) >= 8 and token.isprintable() and " " not in token
    return (
        scheme != "dpop"
        and plausible
        and not token.startswith(CHILD_TOKEN)
        and not scenarios.says(token, *scenarios.WRONG)
    )
