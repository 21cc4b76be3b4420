"""The contract that a provider fulfils: fields, requests and the meaning of responses; never I/O."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused, WizardError
from orgwizard.domain.handoff import ChildOrg, Handoff, Key
from orgwizard.domain.http import Call, Conversation, Response
from orgwizard.domain.org import Created, Site
from orgwizard.domain.secrets.redactor import MASK
from orgwizard.providers.aftercare import Aftercare
from orgwizard.providers.facts import VendorFacts
from orgwizard.providers.findings import Finding, LookupResult, Preflight, Readiness
from orgwizard.providers.order import Connection, Order, OrderRules, OrgIdentity

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields

_PROVES_NOTHING = frozenset((408, 460, 499))  # something on the way ended its wait, whatever became of the request


class Provider(VendorFacts, OrderRules, ABC):
    """What the rest of the program knows of a service.

    Its conversations are generators that yield calls and are sent replies; they do no I/O and know no clock. They
    raise `Refused` for a response that is a no, and let `NotSent` and `NoResponse` pass.
    The models of its fields are properties, so that they can be loaded after the first screen, which needs none.
    """

    @property
    def codes(self) -> Mapping[str, ErrorCode]:
        """Return the service's own error codes that are known, also "HTTP 403" and the like, with what they mean."""
        return {}

    @property
    @abstractmethod
    def methods(self) -> Mapping[str, type[Fields]]:
        """Return the credential methods by their name in a plan; the first is the default."""

    @property
    def default_method(self) -> str:
        """Return the credential method of whoever names none."""
        return next(iter(self.methods))

    @property
    @abstractmethod
    def organization(self) -> type[Fields]:
        """Return the model of the child org."""

    @property
    def administrator(self) -> type[Fields] | None:
        """Return the model of its first administrator, None where the service asks for none."""
        return None

    @abstractmethod
    def site(self, typed: str) -> Site:
        """Return the site meant by *typed*; raises `BadInput` with words for the user."""

    @abstractmethod
    def check(self, connection: Connection, organization: Fields | None = None) -> Conversation[Preflight]:
        """Read, and never change, what tells whether the create call can succeed."""

    def name_free(self, connection: Connection, checked: Preflight, organization: Fields) -> Conversation[Finding]:  # noqa: ARG002 - not every service can be asked
        """Read whether the wanted name is free; raises `Refused` where it is certainly taken."""
        yield from ()
        return Finding("Name", "unproven", "can't be checked in advance")

    def of_another_site(self, refused: WizardError) -> bool:  # noqa: ARG002 - most have one site
        """Return whether *refused* may come of the wrong site, so that `elsewhere` is worth asking."""
        return False

    def elsewhere(self, connection: Connection) -> Conversation[tuple[Site, ...]]:  # noqa: ARG002 - most have one site
        """Ask the vendor's other sites which of them know the credentials; only where the user agreed to that."""
        yield from ()
        return ()

    @abstractmethod
    def request(self, order: Order) -> Call:
        """Return the one call that creates the org; the review shows it, the transport sends it."""

    @abstractmethod
    def created(self, wanted: OrgIdentity, response: Response, domain: str = "") -> Created:
        """Read a 2xx answer; nothing is rejected for a missing or odd member."""

    @abstractmethod
    def refused(self, response: Response, credentials: Fields | None = None) -> Refused:
        """Return what a response outside 2xx to a call with *credentials* means; `field` names what it is about."""

    def is_refusal(self, response: Response) -> bool:
        """Return whether *response* proves that nothing was created; a 5xx does not, nor does a web page.

        Services refuse in JSON: a page or a text is by something on the way, which may also have kept back a response.
        """
        theirs = response.status == 429 or response.body.lstrip(b"\xef\xbb\xbf\r\n\t ")[:1] in (b"", b"{", b"[")
        return 400 <= response.status < 500 and response.status not in _PROVES_NOTHING and theirs

    def brings_keys(self, response: Response, sent: Collection[str] = ()) -> bool:
        """Return whether a body, even a broken one, has keys of a new org in it; *sent* are ours that it may repeat."""
        text = response.body.decode(errors="replace").replace('\\"', '"')
        for secret in filter(None, sent):
            text = text.replace(secret, MASK)
        return bool(self.keys_in_body) and re.search(self.keys_in_body, text) is not None

    def says_taken(self, response: Response) -> bool:
        """Return whether a refusal says that the org exists already; it may be the one that was asked for."""
        return response.status == 409

    def asks_for_proof(self, response: Response) -> bool:  # noqa: ARG002 - most services never do
        """Return whether *response* refused before any work, only because the call must be signed anew."""
        return False

    @abstractmethod
    def wait_after(self, response: Response, now: float) -> float | None:
        """Return the seconds to wait that a 429 asks for, None where it does not say.

        *now* is the local time in epoch seconds, for services that name an absolute time.
        """

    def wait_before_next(self, response: Response, now: float) -> float:
        """Return the seconds until another create call is within the limit of which *response* tells, mostly 0."""
        left = response.headers.get(self.remaining_header, "").strip() if self.remaining_header else ""
        return (self.wait_after(response, now) or 0.0) if left == "0" or response.status == 429 else 0.0

    @abstractmethod
    def find(
        self, wanted: OrgIdentity, credentials: Fields | None, before: Mapping[str, object]
    ) -> Conversation[LookupResult]:
        """Look whether an org of unknown outcome exists; *credentials* are the parent's, if they can be had.

        *before* is that of `Preflight`, and under "ours" the ids of orgs that came of other attempts.
        """

    @abstractmethod
    def ready(self, site: Site, created: Created) -> Conversation[Readiness]:
        """Test the new keys itself, with its new credentials; a failed call means "not yet"."""

    @abstractmethod
    def next_steps(self, created: Created) -> tuple[str, ...]:
        """Return what the user does next, one sentence each."""

    def access(self, created: Created, *, has_password: bool | None) -> Mapping[str, str]:  # noqa: ARG002 - as above
        """Return by label who becomes admin, how they get in, and until when the keys are valid.

        *has_password* as in `OrgIdentity`.
        """
        return {}

    def handoff(self, org: ChildOrg) -> Handoff:
        """Return what the vendor's tools read about an org; raises `BadInput` where the profile knows too little."""
        keys = {f"{self.key}_{name}".upper(): Key(name) for name in self.secret_titles}
        return Handoff({f"{self.key}_URL".upper(): org.url, **keys})

    def snippets(self, org: ChildOrg, *, create: bool = False) -> Mapping[str, str]:  # noqa: ARG002 - not every vendor has clients
        """Return programs by their language that make a first call to an org, or that *create* one; no secret in them.

        They read the variables of `handoff`: for a first call the child's, to create those of the parent.
        """
        return {}

    @property
    def aftercare(self) -> Aftercare:
        """Return what can be done with a child's keys later."""
        return Aftercare()

    def sections(self, method: str) -> dict[str, type[Fields]]:
        """Return the models of a plan's tables, by the table's name."""
        return {"credentials": self.methods[method], **self.order_sections}

    @property
    def order_sections(self) -> dict[str, type[Fields]]:
        """Return the models of the tables that say what to create, by the table's name."""
        administrator = {"administrator": self.administrator} if self.administrator else {}
        return {"organization": self.organization, **administrator}


def with_known_field(refused: Refused, credentials: Fields | None) -> Refused:
    """Return a refusal that names a credential of another method as one about the first credential of this one."""
    section, _, name = refused.field.partition(".")
    fields = type(credentials).model_fields if credentials else {}
    if section == "credentials" and fields and name not in fields:
        refused.field = f"credentials.{next(iter(fields))}"
    return refused
