"""An Okta child's own token later: whether it is valid, how it is replaced, and how it is revoked.

From the documents, not observed: a token expires after 30 days without use; `DELETE /api/v1/api-tokens/current`
revokes the one that calls. There is no call that deletes or disables an org.
"""

from collections.abc import Mapping

from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Call, Conversation, Response, Scheme, together
from orgwizard.domain.org import Created, Site
from orgwizard.providers.aftercare import Aftercare, KeyState, Undo, Undone, call_result
from orgwizard.providers.messages import ACCEPT, says_nothing, text

_REVOKED = Undone("done", "Okta revoked the API token. The org itself stays.")
_ENDS: Mapping[int, Undone] = {
    200: _REVOKED,
    204: _REVOKED,
    401: Undone("done", "Okta does not accept the API token: it was revoked or has expired. The org itself stays."),
    403: Undone("refused", "The token's owner may not revoke it (HTTP 403).", "Deactivate that administrator instead."),
    404: Undone("refused", "This org does not support the call (HTTP 404).", "Deactivate the token's administrator."),
}


class OktaAftercare(Aftercare):
    """What Okta offers with the API token of a child."""

    title = "Okta"
    idle_days = 30
    support = "https://support.okta.com"
    taken_back = "The API token of {} was revoked"
    replacing = (
        "Sign in to the child's Admin Console as a super admin, preferably a service account.",
        "Security > API > Tokens > Create token. It is shown once: copy it.",
    )

    def key_state(self, site: Site, child: Created) -> Conversation[KeyState]:  # noqa: ARG002 - a child has a host of its own
        """Read the org's settings with the token, which also renews it for 30 days."""
        if not _is_whole(child):
            return _INCOMPLETE
        (reply,) = yield from together(_settings(child))
        return _judged(child, reply) if isinstance(reply, Response) else KeyState("unclear", reply.cause)

    def undo(self, site: Site, child: Created) -> Conversation[Undo]:  # noqa: ARG002 - as above
        """Return the call that revokes the token, once the token has proved to be this org's."""
        seen = _INCOMPLETE
        if _is_whole(child):
            (reply,) = yield from together(_settings(child))
            if not isinstance(reply, Response):
                raise reply  # of the network, which says nothing about the token
            seen = _judged(child, reply)
        if seen.state != "valid":
            raise Refused(f"The token cannot be used: {seen.words}", meaning="Nothing was changed.")
        return Undo(_call("DELETE", child, "/api/v1/api-tokens/current"), "revoke its API token")

    def undone(self, response: Response) -> Undone:
        """Return what a response to the revocation means."""
        return call_result(response, _ENDS, self.title)


_INCOMPLETE = KeyState("unclear", "The token or the org's URL is missing.")


def _is_whole(child: Created) -> bool:
    return "token" in child.secrets and bool(child.url)


def _settings(child: Created) -> Call:
    return _call("GET", child, "/api/v1/org")


def _judged(child: Created, response: Response) -> KeyState:
    """Return what the org's response to reading its settings says of the token."""
    body = response.json()
    if response.ok:
        if not text(body, "id"):
            return KeyState("unclear", f"{says_nothing(response, 'Okta')}.")
        if child.id and body["id"] != child.id:
            return KeyState("unclear", "Another org answers there.")
        return KeyState("valid", "Okta accepts the token.")
    code = str(body.get("errorCode", ""))
    if response.status == 401 and code in ("E0000011", "E0000004"):
        words = f"Okta rejects the token ({code}): it was revoked or has expired, or its admin was deactivated."
        return KeyState("invalid", words)
    if response.status == 403 and code == "E0000006":
        return KeyState("valid", "Okta accepts the token, which is not permitted to read the org's settings.")
    return KeyState("unclear", f"Okta returned HTTP {response.status}.")


def _call(method: str, child: Created, path: str) -> Call:
    return Call(method, f"{child.url}{path}", {**ACCEPT, "Authorization": Scheme("SSWS", child.secrets["token"])})
