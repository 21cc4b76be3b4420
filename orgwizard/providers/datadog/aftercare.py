"""A Datadog child's own keys later: whether they are valid, and how they disable their org.

From the documents, not observed: `POST /api/v2/org/disable` (preview) disables the org of the keys, if it is at most
ten days old and a flag is on; the reply says `disabled` or `pending_disable`.
"""

from collections.abc import Mapping

from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Call, Conversation, Header, Reply, Response, together
from orgwizard.domain.org import Created, Site
from orgwizard.providers.aftercare import Aftercare, KeyState, Undo, Undone, call_result
from orgwizard.providers.datadog import parent
from orgwizard.providers.datadog.listing import OrgList
from orgwizard.providers.messages import SENDS_JSON, says_nothing, succeeded, table, text

_NOT_ALLOWED = (
    "Datadog does not allow it (HTTP 403): the org is older than ten days, self-service is not switched on for it or "
    "its parent, or the keys lack the permission org_management."
)
_ENDS: Mapping[int, Undone] = {
    403: Undone("refused", _NOT_ALLOWED, "Ask Datadog's support."),
    404: Undone("refused", "Datadog does not know this org, or has no such call yet (HTTP 404).", "Ask its support."),
    409: Undone("done", "The org was disabled already (HTTP 409)."),
}
_NOTHING = "Nothing was changed."


class DatadogAftercare(Aftercare):
    """What Datadog offers with the keys of a child."""

    title = "Datadog"
    support = "https://help.datadoghq.com"
    taken_back = "The org {} was disabled"

    def key_state(self, site: Site, child: Created) -> Conversation[KeyState]:
        """Validate the API key, and both keys together."""
        if "api_key" not in child.secrets:
            return KeyState("unclear", "The API key is missing.")
        api = parent.validate_key(site, child.secrets["api_key"])
        if "application_key" not in child.secrets:
            (first,) = yield from together(api)
            return _judged(first, None)
        first, both = yield from together(api, Call("GET", site.url + parent.VALIDATE_KEYS, _headers(child)))
        return _judged(first, both)

    def undo(self, site: Site, child: Created) -> Conversation[Undo]:
        """Return the call that disables the org, once the keys have proved to be this org's."""
        if not {"api_key", "application_key"} <= set(child.secrets):
            raise Refused("Disabling the org needs both of its keys.", meaning=_NOTHING)
        (reply,) = yield from together(Call("GET", site.url + parent.ORGS, _headers(child)))
        if not isinstance(reply, Response):
            raise reply
        if not reply.ok:
            words = f"Datadog did not say which org the keys belong to (HTTP {reply.status})."
            raise Refused(words, "Check the keys first: orgwizard check NAME", meaning=_NOTHING)
        listing = OrgList(reply)
        own, public = listing.current_id, listing.current.public_id if listing.current else ""
        if not own or child.id not in (own, public):
            raise Refused("The keys belong to another org than the profile says.", meaning=_NOTHING)
        data = {"type": "customer_org_disable", "attributes": {"org_uuid": own}}
        url = f"{site.url}/api/v2/org/disable"
        return Undo(Call("POST", url, {**_headers(child), **SENDS_JSON}, {"data": data}), "disable the org")

    def undone(self, response: Response) -> Undone:
        """Return what a response to the call means."""
        if not response.ok:
            return call_result(response, _ENDS, self.title)
        attributes = table(table(response.json(), "data"), "attributes")
        state = text(attributes, "status") or text(attributes, "state")
        if state == "pending_disable":
            return Undone("done", "Datadog will disable the org; it is pending.")
        accepted = "Datadog accepted the request to disable the org."
        return Undone("done", "Datadog disabled the org." if state == "disabled" else accepted)


def _headers(child: Created) -> dict[str, Header]:
    return parent.key_headers(child.secrets["api_key"], child.secrets["application_key"])


def _judged(first: Reply, both: Reply | None) -> KeyState:
    """Return what the validation of the API key, and that of both keys, showed."""
    if _rejects(first):
        return KeyState("invalid", "Datadog does not accept the API key: it was revoked, or the org is disabled.")
    if succeeded(first).get("valid") is not True:
        return KeyState("unclear", _unclear(first))
    if both is None:
        return KeyState("valid", "Datadog accepts the API key; there is no application key.")
    if _rejects(both):
        return KeyState("invalid", "Datadog accepts the API key, but not the application key.")
    if parent.accepts_keys(both):
        return KeyState("valid", "Datadog accepts both keys.")
    return KeyState("unclear", _unclear(both))


def _rejects(reply: Reply | None) -> bool:
    """Return whether Datadog itself rejects a key: a proxy's page may have such a status, and has no such body."""
    return isinstance(reply, Response) and reply.status in (401, 403) and "errors" in reply.json()


def _unclear(reply: Reply) -> str:
    if not isinstance(reply, Response):
        return reply.cause
    return f"{says_nothing(reply, 'Datadog')}." if reply.ok else f"Datadog returned HTTP {reply.status}."
