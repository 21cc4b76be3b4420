"""Whether a new org answers with its own keys, and what its owner does next."""

from urllib.parse import quote

from orgwizard.domain.http import Call, Conversation, Reply, Response, together
from orgwizard.domain.org import Created, Site
from orgwizard.providers.datadog import parent
from orgwizard.providers.findings import Readiness
from orgwizard.providers.messages import says_nothing, succeeded, table, text


def ready(site: Site, created: Created) -> Conversation[Readiness]:
    """Validate the new keys, then read the child's own settings with them."""
    api_key, application_key = created.secrets.get("api_key"), created.secrets.get("application_key")
    if api_key is None:
        return Readiness(False, "there is no key to test", may_change=False)
    if application_key is None:
        (reply,) = yield from together(parent.validate_key(site, api_key))
        return _accepted(reply, parent.is_valid(reply), "the API key is valid; there is no application key to test")
    headers = parent.key_headers(api_key, application_key)
    own = Call("GET", f"{site.url}{parent.OWN_ORG}/{quote(created.id, safe='')}", headers)
    keys, org = yield from together(Call("GET", site.url + parent.VALIDATE_KEYS, headers), own)
    proven = bool(created.id) and text(table(succeeded(org), "org"), "public_id") == created.id
    words = "both keys are valid" + (" and read the child org" if proven else "")
    return _accepted(keys, parent.accepts_keys(keys), words)


def _accepted(reply: Reply, valid: bool, words: str) -> Readiness:
    if valid:
        return Readiness(True, words)
    if isinstance(reply, Response) and reply.ok:
        return Readiness(False, f"the new keys are not verified: {says_nothing(reply, 'Datadog')}")
    return Readiness(False, "Datadog does not accept the new keys yet")


def access(created: Created) -> dict[str, str]:
    """Return who becomes admin and how they get in, and what the keys depend on."""
    who = created.details.get("administrator", "the owner of the parent's application key")
    admin = {"Admin": f"{who}: switch to {created.name} in the org menu at {created.url}, or sign in there."}
    expires = "never, unless the application key's owner is disabled"
    return admin | ({"Key expires": expires} if "application_key" in created.secrets else {})


def next_steps(created: Created) -> tuple[str, ...]:
    """Return what to do with a new Datadog org."""
    return (
        "SAML and other settings are not inherited. If the parent enforces SAML, set a password login override first, "
        "or an admin without a password is locked out.",
        f"Invite people at {created.url}/organization-settings/users",
    )
