"""Whether a new org answers with its own token, and what its owner does next."""

from orgwizard.domain.http import Call, Conversation, Response, Scheme, together
from orgwizard.domain.org import Created, Site
from orgwizard.providers.findings import Readiness
from orgwizard.providers.messages import ACCEPT, says_nothing, succeeded, text
from orgwizard.providers.okta.metadata import metadata_in, read_metadata
from orgwizard.providers.okta.sites import on_loopback


def ready(site: Site, created: Created) -> Conversation[Readiness]:
    """Ask the child for its well-known document, then for its settings with the new token."""
    token = created.secrets.get("token")
    shared = on_loopback(site)
    if not created.url:
        return Readiness(False, "the child's address is not known", may_change=False)
    if not shared:
        found = text(metadata_in((yield from read_metadata(created.url))), "id")
        if not found or (created.id and found != created.id):
            return Readiness(False, "the child's address does not serve the new org yet")
    if token is None:
        return Readiness(not shared, "its address answers; there is no token to test", may_change=False)
    call = Call("GET", f"{created.url}/api/v1/org", {**ACCEPT, "Authorization": Scheme("SSWS", token)})
    (reply,) = yield from together(call)
    if not (isinstance(reply, Response) and reply.ok):
        return Readiness(False, "the child does not accept its new token yet")
    found = text(succeeded(reply), "id")
    if not found:
        return Readiness(False, f"the new token is not verified: {says_nothing(reply, 'Okta')}")
    if not shared and created.id and found != created.id:
        return Readiness(False, "another org answers at the child's address")
    return Readiness(True, "the child org answers and accepts its new token")


_SIGN_IN = {
    True: "with the password that you entered",
    False: "and sets a password at first sign-in",
    None: "and sets a password at first sign-in, unless one was entered",
}


def access(created: Created, *, has_password: bool | None) -> dict[str, str]:
    """Return who signs in where and how, and when the token expires."""
    console = created.details.get("administrator_url") or created.url
    who = created.details.get("administrator", "the administrator")
    signs_in = {"Admin": f"{who} signs in at {console} {_SIGN_IN[has_password]}."}
    expires = "after 30 days without use, or when its admin is deactivated; each call renews it"
    return signs_in | ({"Key expires": expires} if created.secrets else {})


def next_steps(created: Created) -> tuple[str, ...]:
    """Return what to do with a new Okta org."""
    if not created.secrets:
        return ()
    return (
        "Within 30 days, replace the token with your own: orgwizard move NAME --replace. "
        "The Admin Console can't show or revoke it.",
    )
