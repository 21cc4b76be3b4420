"""Creating a child org at the pretend Okta: every rule of the schema, and what scenarios ask for."""

import math
from collections.abc import Mapping
from typing import cast

from orgwizard.sandbox import scenarios
from orgwizard.sandbox.messages import Refused, Reply, Request, json_reply
from orgwizard.sandbox.okta.bodies import ERRORS, created, edited
from orgwizard.sandbox.okta.limits import Limits, Refuse
from orgwizard.sandbox.okta.orgs import Org, Orgs
from orgwizard.sandbox.okta.rules import LONGEST_SUBDOMAIN, OrgBody, breaks_policy, causes

_PATIENCE = {"slow-ready": 4.0, "never-ready": math.inf}
_TOKEN_LENGTH = {"long-keys": 400}
_REFUSALS: Mapping[str, str] = {
    "taken": "E0000088",
    "rejected": "E0000089",
    "reserved": "E0000170",
    "locked": "E0000171",
    "too-long": "E0000172",
    "weak-password": "E0000080",
    "feature-off": "E0000015",
    "no-permission": "E0000006",
    "read-only": "E0000010",
}


class Creation:
    """Makes child orgs among *orgs*."""

    def __init__(self, orgs: Orgs, limits: Limits, refuse: Refuse) -> None:
        self._orgs, self._limits, self._refuse = orgs, limits, refuse

    def create(self, request: Request, parent: Org) -> Reply:
        """Create a child of *parent*, or do what its name says."""
        body = self._body(request)
        word = scenario_of(body)
        self._refuse_by_name(word, body["subdomain"])
        self._refuse_by_state(parent.base, body)
        return self._outcome(word, body, parent)

    def _outcome(self, word: str, body: OrgBody, parent: Org) -> Reply:
        """Create, unless the scenario says not to, and return the answer as it distorts it."""
        stem = word.removesuffix(scenarios.NOT_CREATED)
        reply = self._refuse("E0000009").reply
        if stem == word:
            child = self._orgs.add_child(parent, body, _TOKEN_LENGTH.get(word, 42), _PATIENCE.get(word, 1.0))
            reply = reply if word == "server-error" else json_reply(201, edited(word, created(child)))
        return scenarios.twisted(stem, reply)

    def _body(self, request: Request) -> OrgBody:
        """Return a body that keeps every rule of the schema."""
        if not _accepted(request) & {"application/json", "application/*", "*/*"}:
            raise self._refuse("E0000019")
        if request.media_type != "application/json":
            raise self._refuse("E0000021")
        body = request.json()
        if body is None:
            raise self._refuse("E0000003")
        reasons = causes(body)
        if reasons:
            raise self._refuse("E0000001", *reasons)
        return cast("OrgBody", body)

    def _refuse_by_name(self, word: str, subdomain: str) -> None:
        """Raise what a scenario asks for before anything is created."""
        code = _REFUSALS.get(word, word.upper())
        if code in ERRORS:
            raise self._refuse(code)
        if word == "rejected-strangely":
            raise self._refuse("E0000001", f"name: {scenarios.ESCAPES}")
        if word == "redirect":
            raise Refused(scenarios.twisted(word, Reply()))
        if status := scenarios.status_of(word):
            raise Refused(json_reply(status, {"errorCode": "E0000000", "errorSummary": f"Status {status}"}))
        if word == "busy":
            raise self._limits.too_many(0, 60)
        if word == "rate-limited":
            self._limits.penalize(subdomain)

    def _refuse_by_state(self, base: str, body: OrgBody) -> None:
        """Raise what stands against the new org: its neighbours, and rules with a code of their own."""
        neighbours = tuple(self._orgs.siblings(base))
        if len(body["subdomain"]) > LONGEST_SUBDOMAIN:
            raise self._refuse("E0000172")
        if any(org.subdomain == body["subdomain"] for org in neighbours):
            raise self._refuse("E0000088")
        if any(org.name == body["name"] for org in neighbours):
            raise self._refuse("E0000089", "name: An org with this name already exists")
        if breaks_policy(body):
            raise self._refuse("E0000080", "password: Needs 8 characters, upper and lower case and a number")


def _accepted(request: Request) -> set[str]:
    return {part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")}


def scenario_of(body: Mapping[str, object]) -> str:
    """Return the word in the wanted subdomain or name that changes what happens, or ""."""
    typed = (body.get("subdomain"), body.get("name"))
    return scenarios.word("okta", *(name for name in typed if isinstance(name, str)))
