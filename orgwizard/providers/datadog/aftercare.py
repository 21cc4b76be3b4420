"""A Datadog child's own keys later: whether they are valid, and how they disable their org.

From the documents, not observed: `POST /api/v2/org/disable` (preview) disables the org of the keys, if it is at most
ten days old and a flag is on; the reply says `disabled` or `pending_disable`.
"""

from collections.abc import Mapping

from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Call, Conversation, Header, Response, together
from orgwizard.domain.org import Created, Site
from orgwizard.providers.aftercare import Aftercare, KeyState, Undo, Undone, call_result
from orgwizard.providers.datadog.parent import accepts_keys
from orgwizard.providers.messages import says_nothing

_ACCEPT: Mapping[str, Header] = {"Accept": "application/json"}
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
        api = Call("GET", f"{site.url}/api/v1/validate", {**_ACCEPT, "DD-API-KEY": child.secrets["api_key"]})
        if "application_key" not in child.secrets:
            (first,) = yield from together(api)
            return _judged(first, None)
        first, both = yield from together(api, Call("GET", f"{site.url}/api/v2/validate_keys", _headers(child)))
        return _judged(first, both)

    def undo(self, site: Site, child: Created) -> Conversation[Undo]:
        """Return the call that disables the org, once the keys have proved to be this org's."""
        if not {"api_key", "application_key"} <= set(child.secrets):
            raise Refused("Disabling the org needs both of its keys.", meaning=_NOTHING)
        (reply,) = yield from together(Call("GET", f"{site.url}/api/v2/org", _headers(child)))
        if not isinstance(reply, Response):
            raise reply
        if not reply.ok:
            words = f"Datadog did not say which org the keys belong to (HTTP {reply.status})."
            raise Refused(words, "Check the keys first: orgwizard check NAME", meaning=_NOTHING)
        own, public = _current(reply.json())
        if not own or child.id not in (own, public):
            raise Refused("The keys belong to another org than the profile says.", meaning=_NOTHING)
        data = {"type": "customer_org_disable", "attributes": {"org_uuid": own}}
        url = f"{site.url}/api/v2/org/disable"
        headers = {**_headers(child), "Content-Type": "application/json"}
        return Undo(Call("POST", url, headers, {"data": data}), "disable the org")

    def undone(self, response: Response) -> Undone:
        """Return what a response to the call means."""
        if not response.ok:
            return call_result(response, _ENDS, self.title)
        data = response.json().get("data")
        attributes = data.get("attributes") if isinstance(data, dict) else None
        state = attributes.get("status", attributes.get("state")) if isinstance(attributes, dict) else None
        if state == "pending_disable":
            return Undone("done", "Datadog will disable the org; it is pending.")
        words = (
            "Datadog disabled the org." if state == "disabled" else "Datadog accepted the request to disable the org."
        )
        return Undone("done", words)


def _headers(child: Created) -> dict[str, Header]:
    secrets = child.secrets
    return {**_ACCEPT, "DD-API-KEY": secrets["api_key"], "DD-APPLICATION-KEY": secrets["application_key"]}


def _judged(first: object, both: object) -> KeyState:
    """Return what the validation of the API key, and that of both keys, showed."""
    if isinstance(first, Response) and first.status in (401, 403):
        return KeyState("invalid", "Datadog does not accept the API key: it was revoked, or the org is disabled.")
    if not (isinstance(first, Response) and first.ok and first.json().get("valid") is True):
        return KeyState("unclear", _unclear(first))
    if both is None:
        return KeyState("valid", "Datadog accepts the API key; there is no application key.")
    if isinstance(both, Response) and both.status in (401, 403):
        return KeyState("invalid", "Datadog accepts the API key, but not the application key.")
    if isinstance(both, Response) and accepts_keys(both):
        return KeyState("valid", "Datadog accepts both keys.")
    return KeyState("unclear", _unclear(both))


def _unclear(reply: object) -> str:
    if isinstance(reply, Response) and reply.ok:
        return f"{says_nothing(reply, 'Datadog')}."
    return f"Datadog returned HTTP {reply.status}." if isinstance(reply, Response) else getattr(reply, "cause", "")


def _current(body: Mapping[str, object]) -> tuple[str, str]:
    """Return the UUID and the public id of the org of the keys, "" for what is not said."""
    data, included = body.get("data"), body.get("included")
    own = str(data.get("id", "")) if isinstance(data, dict) else ""
    rows = [row for row in included if isinstance(row, dict)] if isinstance(included, list) else []
    mine = next((row.get("attributes") for row in rows if row.get("id") == own), None)
    return own, str(mine.get("public_id", "")) if isinstance(mine, dict) else ""
