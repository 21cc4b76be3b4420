"""Okta: its site, its conversations, its refusals (Org Creator API, POST /api/v1/orgs).

Sources: Okta's OpenAPI document 2026.06, developer.okta.com and help.okta.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

from orgwizard.domain.address import is_loopback, origin
from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import BadInput, NotSent, Refused
from orgwizard.domain.handoff import ChildOrg, Handoff
from orgwizard.domain.http import Call, Conversation, Reply, Response, Scheme, hidden, together
from orgwizard.domain.http_times import service_time
from orgwizard.domain.org import Created, Site
from orgwizard.domain.questions import Suggestion
from orgwizard.providers.aftercare import Aftercare
from orgwizard.providers.contract import (
    Connection,
    Finding,
    LookupResult,
    Order,
    OrgIdentity,
    Preflight,
    Provider,
    Readiness,
)
from orgwizard.providers.okta.corrections import BASE_DOMAINS, org_url

if TYPE_CHECKING:
    from orgwizard.domain.validation import Fields
    from orgwizard.providers.okta.fields import OktaAdministrator, OktaOrganization
    from orgwizard.providers.okta.oauth import ServiceAppGrant

# The first screen needs the site alone: the models, OAuth and other modules are imported where they are used.

WELL_KNOWN = "/.well-known/okta-organization"
SETTLE_SECONDS = 30  # "Wait at least 30 seconds", says the description of createChildOrg


# ---- refusals -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Meaning:
    cause: str
    advice: str
    field: str = ""


_CREDENTIAL_ADVICE = "Check that the token belongs to this parent org, is not expired and its admin is active."
_RIGHTS_ADVICE = (
    "Check three things: the product Platform - Multi-org Deployment, Org Creator enabled by Okta, "
    "and a super admin role (for OAuth also the scope okta.orgs.manage)."
)
# Source: Okta's list of error codes, release 2026.08.
_MEANINGS: Mapping[str, _Meaning] = {
    "E0000001": _Meaning("Okta rejected a value.", "Change it, then create again."),
    "E0000003": _Meaning("Okta could not read the request.", "Please report this as a bug in orgwizard."),
    "E0000004": _Meaning("Okta rejected the credentials.", _CREDENTIAL_ADVICE, "credentials.token"),
    "E0000005": _Meaning("Okta rejected the session.", _CREDENTIAL_ADVICE, "credentials.token"),
    "E0000006": _Meaning(
        "These credentials are not permitted to create child orgs.", _RIGHTS_ADVICE, "credentials.token"
    ),
    "E0000007": _Meaning("Okta does not recognize this address.", "Check the parent org URL.", "site"),
    "E0000010": _Meaning("Okta is in read-only mode.", "Try again later; see status.okta.com."),
    "E0000011": _Meaning("The token is not valid.", _CREDENTIAL_ADVICE, "credentials.token"),
    "E0000015": _Meaning("This feature is not enabled for the parent org.", _RIGHTS_ADVICE),
    "E0000019": _Meaning("Okta refused the Accept header.", "Please report this as a bug in orgwizard."),
    "E0000021": _Meaning("Okta refused the Content-Type header.", "Please report this as a bug in orgwizard."),
    "E0000022": _Meaning("The parent org does not offer Org Creator.", _RIGHTS_ADVICE),
    "E0000047": _Meaning(
        "Okta's rate limit is used up (normally 10 orgs a minute).", "Wait a minute, then create again."
    ),
    "E0000080": _Meaning(
        "The password does not meet the child's password policy.",
        "Choose a longer one with mixed characters, or leave it blank to set it at first sign-in.",
        "administrator.password",
    ),
    "E0000088": _Meaning("The subdomain is taken.", "Choose another subdomain.", "organization.subdomain"),
    "E0000089": _Meaning("Okta rejected the name of the org.", "Choose another name.", "organization.name"),
    "E0000120": _Meaning("The domain is taken by another org.", "Choose another subdomain.", "organization.subdomain"),
    "E0000170": _Meaning("The subdomain is a reserved word.", "Choose another subdomain.", "organization.subdomain"),
    "E0000171": _Meaning(
        "The subdomain is locked by another request that is still running.",
        "Look whether that other request made the org before you create anything.",
        "organization.subdomain",
    ),
    "E0000172": _Meaning("The subdomain is too long.", "Choose a shorter subdomain.", "organization.subdomain"),
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


def _causes(error: Mapping[str, Any]) -> list[str]:
    causes = error.get("errorCauses")
    rows = causes if isinstance(causes, list) else []
    return [str(row["errorSummary"]) for row in rows if isinstance(row, dict) and row.get("errorSummary")]


def _field_of(causes: list[str]) -> str:
    """Return the field that the causes are about: the last name before a colon, else the first anywhere."""
    from orgwizard.providers.okta.fields import PROFILE_LIMITS

    fields = {**dict.fromkeys(map(str.lower, PROFILE_LIMITS), "administrator.profile"), **_CAUSE_FIELDS}
    for cause in causes:
        before, colon, _ = cause.lower().partition(":")
        path = re.findall("[a-z_]+", before) if colon else []
        words = [*reversed(path), *re.findall("[a-z_]+", cause.lower())]
        if field := next((fields[word] for word in words if word in fields), ""):
            return field
    return ""


def refusal(response: Response) -> Refused:
    """Tell what an Okta error means; decides by `errorCode`, never by the summary.

    What is wrong with a proof has the shape of an OAuth error instead.
    """
    from orgwizard.providers.okta import oauth

    error = response.json()
    if oauth.about_proof(response):
        return oauth.refusal(response)
    code = str(error.get("errorCode") or "")
    causes = _causes(error)
    fallback = _Meaning(f"Okta refused with HTTP {response.status}.", _RIGHTS_ADVICE)
    meaning = _MEANINGS.get(code) or _MEANINGS.get(_BY_STATUS.get(response.status, "")) or fallback
    said = "; ".join(causes) or str(error.get("errorSummary") or "")
    if said.strip(" .").lower() == meaning.cause.strip(" .").lower():
        said = ""
    return Refused(
        f'{meaning.cause} Okta says: "{said}".' if said else meaning.cause,
        meaning.advice,
        code=code or f"HTTP {response.status}",
        request_id=response.request_id or str(error.get("errorId") or ""),
        field=_field_of(causes) if code == "E0000001" else meaning.field,
    )


# ---- the provider ---------------------------------------------------------------------------------


class Okta(Provider):
    """Okta's Org Creator API."""

    key = "okta"
    title = "Okta"
    needs = (
        "The product Platform - Multi-org Deployment on the parent org, with Org Creator enabled by Okta.",
        "A super admin's API token, or a service app or access token with the scope okta.orgs.manage.",
        "Name, subdomain and the first administrator of the child org.",
    )
    name_field = "subdomain"
    administrator_note = ("This person becomes the first super admin of the child org.",)
    remaining_header = "x-rate-limit-remaining"
    irreversible = "A child org cannot be deleted through the API, and its token is issued only once."
    secret_titles: ClassVar[Mapping[str, str]] = {"token": "API token of the child org"}
    site_title = "Parent org URL"
    site_help = "The address you sign in at."
    site_example = "acme.okta.com"
    # Sources: the configuration of Okta's SDKs, and of Terraform's provider.
    keys_in_body = r'"token"\s*:\s*"[^"*]'
    secret_shapes = (r"\b00[\w-]{40}\b",)
    env_prefixes = ("OKTA_",)
    site_env = ("OKTA_CLIENT_ORGURL", "{OKTA_ORG_NAME}.{OKTA_BASE_URL}")
    files: ClassVar[tuple[str, ...]] = ("okta.yaml", ".okta.yaml", "~/.okta/okta.yaml")
    site_keys = ("okta.client.orgUrl",)
    method_env = ("OKTA_CLIENT_AUTHORIZATIONMODE",)
    method_keys = ("okta.client.authorizationMode",)
    method_names: ClassVar[Mapping[str, str]] = {
        "ssws": "api-token",
        "bearer": "access-token",
        "privatekey": "service-app",
    }
    finds_with_credentials = False
    settle_seconds = SETTLE_SECONDS

    def handoff(self, org: ChildOrg) -> Handoff:
        """Return what Okta's tools read; raises `BadInput` where the profile does not know the org's URL."""
        from orgwizard.providers.okta.handoff import handoff

        return handoff(org)

    def snippets(self, org: ChildOrg, *, create: bool = False) -> Mapping[str, str]:
        """Return programs that read the org's settings, or create an org."""
        from orgwizard.providers.okta.snippets import snippets

        return snippets(org, create=create)

    @property
    def codes(self) -> Mapping[str, ErrorCode]:
        """Return Okta's error codes, those of its token endpoint, and what a bare HTTP status means."""
        from orgwizard.providers.okta import oauth

        known = {code: ErrorCode(found.cause, found.advice) for code, found in _MEANINGS.items()}
        return known | oauth.error_codes() | {f"HTTP {status}": known[code] for status, code in _BY_STATUS.items()}

    @property
    def methods(self) -> Mapping[str, type[Fields]]:
        """Return three ways to connect."""
        from orgwizard.providers.okta.fields import METHODS

        return METHODS

    @property
    def organization(self) -> type[OktaOrganization]:
        """Return the model of the child org."""
        from orgwizard.providers.okta.fields import OktaOrganization

        return OktaOrganization

    @property
    def administrator(self) -> type[OktaAdministrator]:
        """Return the model of its first super admin."""
        from orgwizard.providers.okta.fields import OktaAdministrator

        return OktaAdministrator

    def site(self, typed: str) -> Site:
        """Accept a host or URL; turn an -admin host into the plain one; ask about a custom domain."""
        parts = origin(typed, self.site_example)
        host = parts.netloc
        if self.site_correction(typed):
            raise BadInput(f"This is not a whole address. Example: {self.site_example}.")
        base = _base_domain(host)
        if parts.hostname in BASE_DOMAINS or (parts.hostname or "").endswith(".com.com"):
            raise BadInput(f"{host} is not the address of an org. Example: {self.site_example}.")
        notice = ""
        if base and (plain := host.replace(f"-admin.{base}", f".{base}")) != host:
            notice = f"{host} is the Admin Console; {plain} is used."
            host = plain
        known = bool(base) or is_loopback(parts.hostname or "")
        question = "" if known else f"{host} is not an okta.com address. Send your credentials there anyway?"
        url = f"{parts.scheme}://{host}"
        return Site(key=url, url=url, title=host, app_url=url, notice=notice, question=question)

    def site_correction(self, typed: str) -> str:
        """Return the org URL that a single label stands for."""
        return org_url(typed)

    def site_in(self, environ: Mapping[str, str]) -> Suggestion | None:
        """Return the parent from the variables of Okta's SDKs, else of Terraform's provider, whose base is okta.com."""
        if url := environ.get("OKTA_CLIENT_ORGURL"):
            return Suggestion(url, "from $OKTA_CLIENT_ORGURL")
        if not (name := _host_in(environ.get("OKTA_ORG_NAME", ""))):
            return None
        if "." in name:
            return Suggestion(name, "from $OKTA_ORG_NAME")
        if base := _host_in(environ.get("OKTA_BASE_URL", "")):
            return Suggestion(f"{name}.{base}", "from $OKTA_ORG_NAME and $OKTA_BASE_URL")
        return Suggestion(f"{name}.{BASE_DOMAINS[0]}", "from $OKTA_ORG_NAME; $OKTA_BASE_URL is not set")

    def child_key(self, wanted: OrgIdentity) -> str:
        """Return the subdomain: Okta's names may repeat."""
        return wanted.subdomain.strip().casefold()

    def parent_names(self, site: Site, credentials: Fields | None, before: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG002 - a host names the parent
        """Return the parent's hosts, its own and Okta's, and its org id."""
        hosts = {f"host {host.casefold()}" for host in (site.host, str(before.get("domain") or "")) if host}
        return frozenset(hosts | ({f"id {before['parent_id']}"} if before.get("parent_id") else set()))

    def check(self, connection: Connection, organization: Fields | None = None) -> Conversation[Preflight]:
        """Read the parent's well-known document, its settings, the token's owner and the wanted name, side by side."""
        site, subdomain = connection.site, str(getattr(organization, "subdomain", ""))
        wanted = _child_origin(site.host, subdomain)
        calls = [Call("GET", site.url + WELL_KNOWN, _ACCEPT), self._settings_call(connection)]
        personal = connection.method == "api-token"  # only such a token surely has an owner to be read
        if personal:
            calls.append(Call("GET", f"{site.url}/api/v1/users/me", self._headers(connection)))
        if wanted:
            calls.append(Call("GET", wanted + WELL_KNOWN, _ACCEPT))
        known, settings, *further = yield from together(*calls)
        me, child = (further[0], further[1:]) if personal else (NotSent("not asked"), further)
        metadata = _well_known(known)
        domain = _okta_domain(metadata) or site.host
        credentials = _prove(_place(site, domain), settings, me, known)
        if organization and not wanted:  # a custom domain: the parent's Okta domain is known only now
            wanted = _child_origin(domain, subdomain)
            child = [(yield from _lookup(wanted))] if wanted else []
        there = child[0] if child else None
        findings = (*credentials, *([_name_finding(wanted, there)] if organization else []))
        before = _before(metadata, settings, there) | {"domain": domain}
        return Preflight(_parent_name(settings, site), findings, domain, before, _owner(me))

    def name_free(self, connection: Connection, checked: Preflight, organization: Fields) -> Conversation[Finding]:
        """Read the wanted subdomain's well-known document, which needs no credentials."""
        wanted = _child_origin(checked.domain or connection.site.host, str(getattr(organization, "subdomain", "")))
        return _name_finding(wanted, (yield from _lookup(wanted)) if wanted else None)

    def _settings_call(self, connection: Connection) -> Call:
        return Call("GET", f"{connection.site.url}/api/v1/org", self._headers(connection))

    def _headers(self, connection: Connection) -> dict[str, Any]:
        return {**_ACCEPT, "Authorization": _authorization(connection)}

    def request(self, order: Order) -> Call:
        """Build POST /api/v1/orgs (operation createChildOrg)."""
        headers = {**self._headers(order.connection), "Content-Type": "application/json"}
        body = _body(cast("OktaOrganization", order.organization), cast("OktaAdministrator", order.administrator))
        return Call("POST", f"{order.connection.site.url}/api/v1/orgs", headers, body, once=True)

    def created(self, wanted: OrgIdentity, response: Response, domain: str = "") -> Created:
        """Read id, address and token; the address is trusted only under the parent's base domain."""
        from orgwizard.providers.okta.fields import LABEL

        body = response.json()
        token = _text(body, "token")
        echoed = _text(body, "subdomain")
        subdomain = echoed if LABEL.fullmatch(echoed) else wanted.subdomain
        site = wanted.site
        brought = {"API token": token, "org id": _text(body, "id")}
        missing = tuple(name for name, value in brought.items() if not value)
        details = {
            "subdomain": subdomain,
            "status": _text(body, "status"),
            "administrator": wanted.administrator,
            "administrator_url": _admin_console(_child_url(site, domain, subdomain, body)),
        }
        return Created(
            id=_text(body, "id"),
            name=_text(body, "name") or wanted.name,
            url=_child_url(site, domain, subdomain, body),
            secrets={"token": hidden(token)} if token else {},
            details={name: value for name, value in details.items() if value},
            remarks=tuple(_REMARKS[name] for name in missing),
            missing=missing,
        )

    def refused(self, response: Response, credentials: Fields | None = None) -> Refused:  # noqa: ARG002 - it says what it means
        """Tell what an error of the create call means."""
        return refusal(response)

    def is_refusal(self, response: Response) -> bool:
        """Count read-only mode, which Okta reports as 503, as a refusal too."""
        read_only = response.status == 503 and response.json().get("errorCode") == "E0000010"
        return read_only or super().is_refusal(response)

    def says_taken(self, response: Response) -> bool:
        """Count a subdomain that exists, and one that another request holds: either may be by our own request."""
        return super().says_taken(response) or response.json().get("errorCode") in ("E0000088", "E0000171")

    def asks_for_proof(self, response: Response) -> bool:
        """Return whether the API only wants a proof with a nonce of its own (RFC 9449 section 9)."""
        from orgwizard.providers.okta import oauth

        return oauth.asks_for_proof(response)

    def wait_after(self, response: Response, now: float) -> float | None:
        """Return what Okta's headers say, which name an absolute time by its own clock."""
        from orgwizard.providers.okta import oauth

        return oauth.wait_after(response, now)

    def find(
        self,
        wanted: OrgIdentity,
        credentials: Fields | None,  # noqa: ARG002 - anybody may read it
        before: Mapping[str, Any],
    ) -> Conversation[LookupResult]:
        """Read the wanted subdomain's well-known document and compare it with the one from before."""
        there = _child_origin(str(before.get("domain") or wanted.site.host), wanted.subdomain)
        if not there:
            words = "Could not check: the child's address cannot be derived from the parent's."
            return LookupResult("unclear", words, may_change=False)
        reply = yield from _lookup(there)
        found, date = _text(_well_known(reply), "id"), service_time(reply) if isinstance(reply, Response) else None
        if not before.get("whole"):
            words = f"{there} could not be checked before the request, so what answers there now proves nothing."
            return LookupResult("unclear", words, date=date, may_change=False)
        if found in before.get("ours", ()):
            return LookupResult(
                "unclear", f"The org at {there} was created by another attempt.", date=date, may_change=False
            )
        if found and found not in (before.get("parent_id"), before.get("child_id")):
            org = {"id": found, "url": there, "name": wanted.name}
            return LookupResult("exists", f"{there} now exists; it didn't before.", org, date)
        if found:
            return LookupResult("unclear", f"{there} answered before the request too.", date=date, may_change=False)
        if _is_free(reply):
            return LookupResult("absent", f"No org answers at {there}.", date=date)
        return LookupResult("unclear", f"Could not check {there}.", date=date)

    def ready(self, site: Site, created: Created) -> Conversation[Readiness]:
        """Ask the child for its well-known document, then for its settings with the new token."""
        token = created.secrets.get("token")
        shared = _on_loopback(site)
        if not created.url:
            return Readiness(False, "the child's address is not known", may_change=False)
        if not shared:
            found = _text(_well_known((yield from _lookup(created.url))), "id")
            if not found or (created.id and found != created.id):
                return Readiness(False, "the child's address does not serve the new org yet")
        if token is None:
            return Readiness(not shared, "its address answers; there is no token to try", may_change=False)
        call = Call("GET", f"{created.url}/api/v1/org", {**_ACCEPT, "Authorization": Scheme("SSWS", token)})
        (reply,) = yield from together(call)
        if not isinstance(reply, Response) or not (reply.ok and reply.json()):
            return Readiness(False, "the child does not accept its new token yet")
        if not shared and created.id and reply.json().get("id", created.id) != created.id:
            return Readiness(False, "another org answers at the child's address")
        return Readiness(True, "the child org answers and accepts its new token")

    @property
    def aftercare(self) -> Aftercare:
        """Return what can be done with a child's keys later."""
        from orgwizard.providers.okta.aftercare import OktaAftercare

        return OktaAftercare()

    def next_steps(self, created: Created) -> tuple[str, ...]:
        """Return what to do with a new Okta org."""
        console = created.details.get("administrator_url") or created.url
        sign_in = f"Sign in as {created.details.get('administrator', 'the administrator')} at {console}"
        if not created.secrets:
            return (sign_in,)
        return (
            sign_in,
            "Use the token within 30 days: it expires after 30 days unused, or when its admin is deactivated.",
            "Replace it before it does: it is not shown in the Admin Console and cannot be revoked there.",
        )


_ACCEPT: Mapping[str, Any] = {"Accept": "application/json"}
# What a response has to bring, and what to say if it did not.
_REMARKS: Mapping[str, str] = {
    "API token": "Okta returned no token. Sign in to the child as its administrator and make one.",
    "org id": "Datadog returned no org id.",
}


def _authorization(connection: Connection) -> Scheme | ServiceAppGrant:
    """Return the value of the Authorization header: a token, or what will be exchanged for one."""
    from orgwizard.providers.okta.fields import ServiceApp
    from orgwizard.providers.okta.oauth import ServiceAppGrant

    given = connection.credentials
    if isinstance(given, ServiceApp):
        url, key_id = connection.site.url, given.key_id or ""
        return ServiceAppGrant(url, given.client_id, given.private_key, key_id, given.passphrase)
    return Scheme(getattr(given, "scheme", ""), getattr(given, "token", hidden("")))


def _prove(place: str, settings: Reply, me: Reply, known: Reply) -> tuple[Finding, ...]:
    """Judge the credentials by the read of the parent's settings, and by that of their owner where it is refused."""
    unproven = Finding("Right to create", "unproven", "can't be checked in advance")
    if not isinstance(settings, Response):
        raise settings
    owner = _owner(me)
    if settings.ok and settings.json():
        return Finding("Credentials", "ok", f"accepted by {place}" + (f", as {owner}" if owner else "")), unproven
    speechless = settings.status == 404 or (settings.status < 500 and not settings.json())
    if speechless and not _well_known(known):  # an HTML page: a wrong host, or something in between
        raise _no_org(place, settings)
    if settings.status == 403:  # a token may lack okta.orgs.read and still create orgs
        return _prove_by_owner(me, owner), unproven
    if settings.ok or settings.status in (404, 405, 429):
        return Finding("Credentials", "unproven", f"could not be tried (HTTP {settings.status})"), unproven
    raise _unwell(settings) if settings.status >= 500 else refusal(settings)


def _prove_by_owner(me: Reply, owner: str) -> Finding:
    """Judge credentials that may not read the settings by GET /api/v1/users/me, which access tokens seldom may."""
    if isinstance(me, Response) and me.status == 401:
        raise refusal(me)
    if isinstance(me, Response) and me.ok and me.json():
        whose = f"accepted, as {owner}," if owner else "accepted,"
        return Finding("Credentials", "ok", f"{whose} though they may not read the parent's settings")
    return Finding("Credentials", "unproven", "known to Okta, but they may read nothing that proves more")


def _owner(me: Reply) -> str:
    """Return the login of the token's owner, "" where it was not told."""
    profile = me.json().get("profile") if isinstance(me, Response) and me.ok else None
    return _text(profile, "login") if isinstance(profile, dict) else ""


def _place(site: Site, domain: str) -> str:
    """Return the parent's host, with its Okta domain where it is reached by one of its own."""
    return site.title if domain in ("", site.host) else f"{site.title} ({domain})"


def _no_org(place: str, response: Response) -> Refused:
    return Refused(
        f"No Okta org answers at {place}.",
        "Check the parent org URL.",
        code=f"HTTP {response.status}",
        request_id=response.request_id,
        field="site",
    )


def _body(organization: OktaOrganization, administrator: OktaAdministrator) -> dict[str, Any]:
    """Build the body of createChildOrg: camelCase, except recovery_question."""
    body: dict[str, Any] = {
        "subdomain": organization.subdomain,
        "name": organization.name,
        "edition": organization.edition,
        "admin": {"profile": _profile(administrator)},
    }
    if organization.website:
        body["website"] = organization.website
    if credentials := _first_credentials(administrator):
        body["admin"]["credentials"] = credentials
    return body


def _profile(administrator: OktaAdministrator) -> dict[str, str]:
    return {
        "firstName": administrator.first_name,
        "lastName": administrator.last_name,
        "email": administrator.email,
        "login": administrator.login,
        **administrator.profile,
    }


def _first_credentials(administrator: OktaAdministrator) -> dict[str, Any]:
    credentials: dict[str, Any] = {}
    if administrator.password:
        credentials["password"] = {"value": administrator.password}
    if administrator.recovery_question:
        credentials["recovery_question"] = {
            "question": administrator.recovery_question,
            "answer": administrator.recovery_answer,
        }
    return credentials


def _host_in(value: str) -> str:
    """Return a host in a variable, without a scheme, dots and slashes around it."""
    return re.sub(r"^https?://", "", value.strip(), flags=re.IGNORECASE).strip("./")


def _base_domain(host: str) -> str:
    """Return Okta's domain that *host* (with or without port) lies in, or ""."""
    name = host.partition(":")[0]
    return next((base for base in BASE_DOMAINS if name.endswith(f".{base}")), "")


def _child_origin(domain: str, subdomain: str) -> str:
    """Return the origin that a child would have beside *domain*, "" where that cannot be told."""
    base = _base_domain(domain)
    return f"https://{subdomain}.{base}" if base and subdomain else ""


def _child_url(site: Site, domain: str, subdomain: str, body: Mapping[str, Any]) -> str:
    """Return the child's origin: from its links where they can be trusted, else built.

    A link is trusted under the parent's base domain only; where neither is known the result is "".
    """
    if _on_loopback(site):
        return site.url
    base = _base_domain(domain) or _base_domain(site.host)
    trusted = {f"{subdomain}.{known}" for known in ([base] if base else BASE_DOMAINS)}
    for row in _rows(body.get("_links")):
        if (host := _https_host(row)) in trusted:
            return f"https://{host}"
    return f"https://{subdomain}.{base}" if base else ""


def _on_loopback(site: Site) -> bool:
    """Return whether *site* is a test service on this machine, which serves parent and child alike."""
    return is_loopback(urlsplit(site.url).hostname or "")


def _rows(links: Any) -> list[Any]:
    return list(links.values()) if isinstance(links, dict) else []


def _https_host(link: Any) -> str:
    """Return host (and port) of a link as Okta's answers hold them, "" where it is none or not https."""
    try:
        parts = urlsplit(_text(link, "href") if isinstance(link, dict) else "")
    except ValueError:
        return ""
    return parts.netloc if parts.scheme == "https" else ""


def _admin_console(url: str) -> str:
    host = urlsplit(url).netloc
    base = _base_domain(host)
    return f"https://{host.removesuffix('.' + base)}-admin.{base}" if base else url


def _lookup(origin_url: str) -> Conversation[Reply]:
    (reply,) = yield from together(Call("GET", origin_url + WELL_KNOWN, _ACCEPT))
    return reply


def _well_known(reply: Reply) -> dict[str, Any]:
    """Return the metadata of an org that exists, {} for every other answer or none."""
    return reply.json() if isinstance(reply, Response) and reply.status == 200 else {}


def _okta_domain(metadata: Mapping[str, Any]) -> str:
    """Return the parent's own Okta host, where the metadata names one of a known base domain."""
    links = metadata.get("_links")
    host = _https_host(links.get("organization")) if isinstance(links, dict) else ""
    return host if _base_domain(host) else ""


def _parent_name(settings: Reply, site: Site) -> str:
    body = settings.json() if isinstance(settings, Response) and settings.ok else {}
    return _text(body, "companyName") or _text(body, "subdomain") or site.title


def _is_free(reply: Reply | None) -> bool:
    """Return whether a look at a child's address proves that no org is there; a failed look or an odd page does not."""
    return isinstance(reply, Response) and reply.status == 404


def _before(metadata: Mapping[str, Any], settings: Reply, child: Reply | None) -> dict[str, Any]:
    """Return how the world looks before the create call, as `find` compares it; *metadata* is the parent's."""
    known = settings.json() if isinstance(settings, Response) and settings.ok else {}
    parent_id = _text(metadata, "id") or _text(known, "id")
    child_id = _text(_well_known(child), "id") if child else ""
    ids = sorted({parent_id, child_id} - {""})
    return {
        "parent_id": parent_id,
        "child_id": child_id,
        "ids": ids,
        "known": ids,
        "whole": bool(child_id) or _is_free(child),
        "date": service_time(settings) if isinstance(settings, Response) else None,
    }


def _name_finding(wanted: str, there: Reply | None) -> Finding:
    """Judge the wanted subdomain by a look at its address; raises `Refused` if an org certainly has it."""
    if there and _text(_well_known(there), "id"):
        raise Refused(
            f"The subdomain is taken: an org answers at {wanted}.",
            "Choose another subdomain.",
            field="organization.subdomain",
        )
    if not wanted:
        return Finding("Name", "unproven", "could not check: its address cannot be derived from the parent's")
    if not _is_free(there):
        return Finding("Name", "unproven", f"could not check {wanted}{_why_not(there)}")
    return Finding("Name", "ok", f"looks available: nothing at {wanted}")


def _why_not(there: Reply | None) -> str:
    if isinstance(there, Response):
        return f" (HTTP {there.status})"
    return f": {there.cause.rstrip('.')}" if there else ""


def _unwell(response: Response) -> NotSent:
    return NotSent(
        f"Okta returned HTTP {response.status}; it may be down.",
        "Check status.okta.com and try again later.",
        code=f"HTTP {response.status}",
        request_id=response.request_id,
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
