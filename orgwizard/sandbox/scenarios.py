"""The names that make the sandbox misbehave: one table, shown to people and obeyed by the services."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from orgwizard.domain.scenario import Scenario
from orgwizard.sandbox.messages import Fault, Reply, html_reply

SLOW_SECONDS = 20.0
NOT_CREATED = "-not-created"
ESCAPES = "\x1b[2J\x1b[31mred\x1b[0m\x07 \u202eesrever"


_OKTA = ("okta",)
_DATADOG = ("datadog",)
_BOTH = ("okta", "datadog")
_ORGANIZATIONS = (
    (_OKTA, "taken", "The subdomain exists already (E0000088)."),
    (_OKTA, "rejected", "The org name is rejected (E0000089)."),
    (_OKTA, "reserved", "The subdomain is a reserved word (E0000170)."),
    (_OKTA, "locked", "Another request holds the subdomain (E0000171)."),
    (_OKTA, "too-long", "The subdomain is too long for Okta (E0000172)."),
    (_OKTA, "weak-password", "The password breaks the policy (E0000080)."),
    (_OKTA, "e0000120", "Any code of Okta's error table, written like this, is the response."),
    (_BOTH, "http-409", "Any status from 400 to 599, written like this, is the response; nothing is created."),
    (_BOTH, "rejected-strangely", "The refusal contains terminal escape codes."),
    (_BOTH, "feature-off", "The parent cannot create orgs: the feature is off."),
    (_BOTH, "no-permission", "The credentials may read but not create orgs."),
    (_BOTH, "rate-limited", "Too many requests (429) for 20 seconds, then it works."),
    (_BOTH, "busy", "Too many requests (429) without a reset time, every time."),
    (_BOTH, "read-only", "The service is in read-only mode (503); nothing is created."),
    (_BOTH, "redirect", "A redirect (307) to another host, which must not be followed; nothing is created."),
    (_BOTH, "refused", "The connection is refused: the request is never sent."),
    (_BOTH, "server-error", "An internal error (500), although the org was created."),
    (_BOTH, "server-error-not-created", "An internal error (500), and no org was created."),
    (_BOTH, "bad-gateway", "A gateway's HTML page (502), although the org was created."),
    (_BOTH, "bad-gateway-not-created", "A gateway's HTML page (502), and no org was created."),
    (_BOTH, "reset", "The connection breaks before the response, and the org was created."),
    (_BOTH, "reset-not-created", "The connection breaks before the response, and no org was created."),
    (_DATADOG, "reset-late", "The connection breaks; the new org is listed 90 seconds later."),
    (_DATADOG, "twins", "The connection breaks; somebody else creates an org of that name at the same moment."),
    (_BOTH, "silent", "No response ever comes, and the org was created."),
    (_BOTH, "silent-not-created", "No response ever comes, and no org was created."),
    (_BOTH, "slow", "The response takes 20 seconds."),
    (_BOTH, "half", "The response is cut off half way; the org was created."),
    (_BOTH, "not-json", "Created, but the response is not JSON."),
    (_BOTH, "html", "Created, but the response is a web page."),
    (_BOTH, "empty", "Created, but the response is empty."),
    (_BOTH, "other-success", "Created, with a 2xx status that is not documented."),
    (_OKTA, "no-token", "Created, but the response has no token."),
    (_DATADOG, "no-keys", "Created, but the response has no keys."),
    (_DATADOG, "no-application-key", "Created, but the application key's secret is left out (One-Time Read)."),
    (_BOTH, "odd-types", "Created, and the response has numbers, lists and nulls in unexpected places."),
    (_BOTH, "long-keys", "Created, and the new secrets are longer than documented."),
    (_OKTA, "elsewhere", "Created, and every link in the response leads to another host."),
    (_BOTH, "slow-ready", "Created, and usable only after a few minutes (Okta: 2, Datadog: 1)."),
    (_BOTH, "never-ready", "Created, and never usable."),
)
_CREDENTIALS = (
    (_BOTH, "wrong", "The credential is not valid; `invalid` and `expired` do the same."),
    (_OKTA, "bearer", "A service app with this in its client ID gets Bearer tokens, without DPoP."),
    (
        _OKTA,
        "nonce",
        "With this in the client ID of a service app, the API requires a nonce of its own in DPoP proofs.",
    ),
    (_OKTA, "noscope", "A service app with this in its client ID has no granted scope."),
    (_OKTA, "suspended", "The token's owner cannot sign in (401, E0000004)."),
    (_BOTH, "forbidden", "The credential is valid and has no permissions."),
    (_OKTA, "noperm", "The token can read, but not create orgs."),
    (_OKTA, "replacement", "A child org accepts it, like a token created in its Admin Console."),
    (_OKTA, "noread", "The token can create orgs, but not read the org's settings."),
    (
        _DATADOG,
        "nocreate",
        "The access token can read, but not create orgs (Datadog does not document whether a real one can).",
    ),
    (_DATADOG, "noperm", "The keys are valid and list the child orgs, but cannot create any."),
    (_BOTH, "outage", "Every call is answered with a gateway's HTML page (503)."),
)
SCENARIOS: tuple[Scenario, ...] = tuple(
    Scenario(provider, where, name, what)
    for where, rows in (("organization", _ORGANIZATIONS), ("credential", _CREDENTIALS))
    for providers, name, what in rows
    for provider in providers
)

# Ready-made credentials for newcomers: invented, of the shape of real ones, accepted by every sandbox.
CREDENTIALS: Mapping[str, str] = {
    "okta.token": "00sandbox-okta-parent-token-not-a-secret-0",
    "okta.client_id": "0oasandboxserviceapp",
    "okta.private_key": (  # a JWK made for this line only
        '{"kty":"EC","crv":"P-256","kid":"sandbox","x":"JXg9aBRUSmhhPd5svPvvP0pbedOeRXlf0iYkeYVSdZo'
        '","y":"S6z72O5K1KWVowP8PbkoTRpTE3FWKn6rUpidMGnbGbs","d":"9g6kNJGUpB1b6QqqXoEpGkIEPmB5ww2jR'
        'tXKz8-rBxg"}'
    ),
    "datadog.api_key": "feedface" * 4,
    "datadog.application_key": "decafbad" * 5,
    "datadog.token": "ddpat_sandbox_parent_token_not_a_secret",
}

# The parent at each service where the site is its own address.
SITES: Mapping[str, str] = {"okta.site": "acme.okta.com"}

WRONG = ("wrong", "invalid", "expired")
_NAMES = frozenset((scenario.provider, scenario.name) for scenario in SCENARIOS if scenario.where == "organization")
_PATTERN = re.compile(r"e\d{7}|http-[45]\d\d")


def word(provider: str, *typed: str) -> str:
    """Return the scenario among the org's names, or ""; only a whole name counts, never a part."""
    slugs = (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in typed)
    return next((slug for slug in slugs if (provider, slug) in _NAMES or _PATTERN.fullmatch(slug)), "")


def says(credential: str, *words: str) -> bool:
    """Return whether a credential contains one of these words, in any case."""
    return any(word in credential.lower() for word in words)


def twisted(stem: str, reply: Reply) -> Reply:
    """Return what becomes of *reply* on its way to the client under the scenario *stem*."""
    return _TWISTS[stem](reply) if stem in _TWISTS else reply


def status_of(name: str) -> int:
    """Return the status that a name such as `http-409` asks for, or 0."""
    return int(name.removeprefix("http-")) if name.startswith("http-") else 0


def _broken(fault: Fault) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, fault=fault)


_REDIRECT = Reply(307, b"", {"location": "https://elsewhere.example/api/v1/orgs", "content-length": "0"})
_TWISTS: Mapping[str, Callable[[Reply], Reply]] = {
    "reset": _broken(Fault.RESET),
    "reset-late": _broken(Fault.RESET),
    "twins": _broken(Fault.RESET),
    "silent": _broken(Fault.SILENT),
    "half": _broken(Fault.CUT),
    "refused": _broken(Fault.REFUSED),
    "slow": lambda reply: replace(reply, delay=SLOW_SECONDS),
    "not-json": lambda reply: replace(reply, body=b"created: " + reply.body),
    "html": lambda reply: html_reply(reply.status, "Your org is ready"),
    "empty": lambda reply: replace(reply, body=b""),
    "bad-gateway": lambda _: html_reply(502, "Bad Gateway"),
    "redirect": lambda _: _REDIRECT,
    "other-success": lambda reply: replace(reply, status=201 if reply.status == 200 else 200),
}
