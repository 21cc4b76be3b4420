"""The contract that a provider fulfils: fields, requests and the meaning of answers; never I/O."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from orgwizard.domain.error_codes import ErrorCode
from orgwizard.domain.errors import Refused, WizardError
from orgwizard.domain.handoff import ChildOrg, Handoff, Key
from orgwizard.domain.http import Call, Conversation, Response
from orgwizard.domain.order_key import OrderKey, folded
from orgwizard.domain.org import Created, Site
from orgwizard.domain.questions import Question, Suggestion
from orgwizard.domain.redactor import MASK, REDACTOR

if TYPE_CHECKING:
    from orgwizard.domain.validation import Fields
from orgwizard.providers.aftercare import Aftercare

State = Literal["ok", "warning", "unproven"]
_PROVES_NOTHING = frozenset((408, 460, 499))  # something on the way ended its wait, whatever became of the request


@dataclass(frozen=True)
class Connection:
    """The parent as this run reaches it: site, credential method and the credentials themselves."""

    site: Site
    method: str
    credentials: Fields
    sources: Mapping[str, Any] = field(default_factory=dict)
    """Where secrets were read from, as reference tables, and answers that are no secret; a typed secret has none."""


@dataclass(frozen=True)
class OrgIdentity:
    """What tells the wanted org from others: enough to read an answer or to look for it."""

    site: Site
    name: str
    subdomain: str = ""
    administrator: str = ""


@dataclass(frozen=True)
class Order:
    """Everything the review approved, validated and frozen."""

    connection: Connection
    organization: Fields
    administrator: Fields | None = None

    @property
    def wanted(self) -> OrgIdentity:
        """Return what tells the wanted org from others."""
        organization, administrator = self.organization, self.administrator
        return OrgIdentity(
            self.connection.site,
            str(getattr(organization, "name", "")),
            str(getattr(organization, "subdomain", "")),
            str(getattr(administrator, "login", "")),
        )


@dataclass(frozen=True)
class Finding:
    """One thing that a check read: what it was about, what it proved, in words."""

    stage: str
    state: State
    words: str

    def __post_init__(self) -> None:
        """Mask what a service repeats of a secret."""
        object.__setattr__(self, "words", REDACTOR.clean(self.words))

    @property
    def text(self) -> str:
        """Return what it proved, with its state where that is not "ok"."""
        return self.words if self.state == "ok" else f"{self.words} ({self.state})"

    @property
    def line(self) -> str:
        """Return it as one line."""
        return f"{self.stage}: {self.text}"


def name_unproven(error: WizardError) -> Finding:
    """Return what is known of a name that could not be asked about."""
    return Finding("Name", "unproven", f"it could not be checked. {error.cause}")


@dataclass(frozen=True)
class Preflight:
    """The result of a check that found nothing against creating.

    `parent` is the parent's name; `identity` who the credentials act as, "" where no read tells;
    `domain` the host that children's addresses are built from; `before` is JSON-able and tells `find` how the world
    looked before the create call: "parent_id" (as `find` reads it again), "ids" (of all orgs that were there), "known"
    (the ids by which a response would name them), "whole" (whether all of that was really read) and "date" (epoch
    seconds by the service's own clock, or None).
    """

    parent: str
    findings: tuple[Finding, ...] = ()
    domain: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    identity: str = ""


@dataclass(frozen=True)
class LookupResult:
    """What a look-up after an unknown outcome saw.

    "exists" takes the id of an org that was not there before, "absent" a whole list without one. `date` is the
    service's own time of the look in epoch seconds, `may_change` whether another look could see more.
    """

    state: Literal["exists", "absent", "unclear"]
    words: str
    org: Mapping[str, str] = field(default_factory=dict)
    date: float | None = None
    may_change: bool = True


@dataclass(frozen=True)
class Readiness:
    """Whether the new org answers with its own credentials: what was proven, or what is missing."""

    ready: bool
    words: str
    may_change: bool = True
    """Whether it is worth asking again."""


class Provider(ABC):
    """What the rest of the program knows of a service.

    Its conversations are generators that yield calls and are sent replies; they do no I/O and know no
    clock. They raise `Refused` for an answer that is a no, and let `NotSent` and `NoResponse` pass.

    The models of its fields are properties, so that they can be loaded after the first screen, which needs none.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    """What the user must have before typing anything: product, permission, keys."""
    name_field: ClassVar[str] = "name"
    """The field of the organization that has to be free."""
    administrator_note: ClassVar[tuple[str, ...]] = ()
    """Said on the administrator step; all that is said where there are no fields."""
    irreversible: ClassVar[str]
    secret_titles: ClassVar[Mapping[str, str]]
    """Titles of the secrets in `Created`, by their name."""
    sites: ClassVar[tuple[Site, ...]] = ()
    """Sites to choose from; where empty, or for another one, the user types it."""
    site_title: ClassVar[str] = "Site"
    site_help: ClassVar[str] = ""
    site_example: ClassVar[str] = ""
    keys_in_body: ClassVar[str] = ""
    """A regular expression of the first of the new keys where it stands in the body of a response."""
    secret_shapes: ClassVar[tuple[str, ...]] = ()
    """Regular expressions of the vendor's credentials as they stand in a text."""
    env_prefixes: ClassVar[tuple[str, ...]] = ("",)
    """How all variables of the vendor begin: where there is none, and no file, nothing has to be looked for."""
    site_env: ClassVar[tuple[str, ...]] = ()
    """Variables that hold the site, best first; several make one as in "{NAME}.{BASE}"."""
    files: ClassVar[tuple[str, ...]] = ()
    """Settings files of the vendor's own tools, best first, from here or from ~; their names tell the language."""
    site_keys: ClassVar[tuple[str, ...]] = ()
    """Dotted keys of the site in those files; those of credentials stand at their fields."""
    method_env: ClassVar[tuple[str, ...]] = ()
    method_keys: ClassVar[tuple[str, ...]] = ()
    method_names: ClassVar[Mapping[str, str]] = {}
    """Variables and keys that say which method a shared name is for, and what they say, in lower case."""
    first_methods: ClassVar[tuple[str, ...]] = ()
    """Methods that the vendor's own tools take before others where what they need is there."""
    finds_with_credentials: ClassVar[bool] = True
    """Whether `find` needs the parent's credentials."""
    remaining_header: ClassVar[str] = ""
    """The header, in lower case, that tells how many more calls are within the limit."""
    settle_seconds: ClassVar[int] = 0
    """How long the vendor recommends waiting after the answer before the new org is called."""

    @property
    def codes(self) -> Mapping[str, ErrorCode]:
        """Return the service's own error codes that are known, also "HTTP 403" and the like, with what they mean."""
        return {}

    @property
    @abstractmethod
    def methods(self) -> Mapping[str, type[Fields]]:
        """Return the credential methods by their name in a plan; the first is the default."""

    @property
    @abstractmethod
    def organization(self) -> type[Fields]:
        """Return the model of the child org."""

    @property
    def administrator(self) -> type[Fields] | None:
        """Return the model of its first administrator, None where the service asks for none."""
        return None

    @property
    def site_question(self) -> Question:
        """Return the question for a site that is typed, like those of the models."""
        listed = bool(self.sites)
        return Question(
            name="site",
            title="API URL" if listed else self.site_title,
            help="Must start with https://." if listed else self.site_help,
            example="https://api.example.com" if listed else self.site_example,
            required=True,
            env=self.site_env,
        )

    def site_correction(self, typed: str) -> str:
        """Return the site that was most likely meant by one that is nearly right, or ""; a guess."""
        del typed
        return ""

    def site_in(self, environ: Mapping[str, str]) -> Suggestion | None:
        """Return the parent's site from the vendor's variables, if it is there."""
        for template in self.site_env:
            names = re.findall(r"{(\w+)}", template) or [template]
            if all(environ.get(name) for name in names):
                value = template.format_map(environ) if "{" in template else environ[template]
                return Suggestion(value, "from " + " and ".join(f"${name}" for name in names))
        return None

    def order_key(self, wanted: OrgIdentity, credentials: Fields | None, before: Mapping[str, Any]) -> OrderKey:
        """Return what tells this order from others; the more is known of the parent, the more names it has.

        *credentials* are the parent's, where they are at hand, *before* that of `Preflight`, {} where nothing was read.
        """
        return OrderKey(self.key, self.child_key(wanted), self.parent_names(wanted.site, credentials, before))

    def child_key(self, wanted: OrgIdentity) -> str:
        """Return what makes the child unique below its parent."""
        return folded(wanted.name)

    def parent_names(self, site: Site, credentials: Fields | None, before: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG002 - a site of its own names the parent
        """Return the names that the parent is known by; a credential may be one of them."""
        return frozenset((f"site {site.key}",))

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
        """Return whether *answer* proves that nothing was created; a 5xx does not, nor does a web page.

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
        """Return whether *answer* refused before any work, only because the call must be signed anew."""
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
        self, wanted: OrgIdentity, credentials: Fields | None, before: Mapping[str, Any]
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
        models = {"credentials": self.methods[method], "organization": self.organization}
        return models | ({"administrator": self.administrator} if self.administrator else {})


def with_known_field(refused: Refused, credentials: Fields | None) -> Refused:
    """Return a refusal that names a credential of another method as one about the first credential of this one."""
    section, _, name = refused.field.partition(".")
    fields = type(credentials).model_fields if credentials else {}
    if section == "credentials" and fields and name not in fields:
        refused.field = f"credentials.{next(iter(fields))}"
    return refused
