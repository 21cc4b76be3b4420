"""What one run of a face knows beyond the draft: the tried connection, refusals, and how it ended."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.events import READY, SETTLE, Event, KeysArrived, Progress, Result, options_of
from orgwizard.domain.org import Site
from orgwizard.domain.sanitize import printable
from orgwizard.providers import PROVIDERS, site_at
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Connection, Order, OrgIdentity
from orgwizard.system.file_faults import cause_of

if TYPE_CHECKING:
    from orgwizard.application.service import Service
    from orgwizard.storage.attempt_record import Record
    from orgwizard.storage.earlier_attempt import EarlierAttempt

ORDER, SENT = "order", "sent"  # in a draft: that a request for it may have left
LEAVES_RUNNING = "A creation is running. Quit once the keys are stored?"
LEAVES_FOR_KEYS = (
    "A creation is running, and its keys are only shown on this screen. Finish it, and show them before quitting?"
)
LEAVING = "Quitting once the response is stored."
TAKE_KEYS = "Copy the keys before quitting: they are stored nowhere else."
LOSES_KEYS = "Quit without the keys? They are not saved."
ANOTHER_LOSES_KEYS = "Start another org without the keys? They are not saved."
KEPT_ANSWERS = "Your entries are saved for next time, except secrets."


@dataclass
class WizardSession:
    """The state that all steps share; whatever was typed is in the draft alone.

    `refusals` holds the service's sentences per field ("organization.subdomain"), or per step, until something is
    changed there; `passed` the findings of the last check as far as it came; `touched` the fields whose problems are
    shown; `known` says that the connection is a saved one, to be tried without being asked for; `returning` that the
    review wants the user back; `wanted` names the field that the user was led to; `available` says that the service
    was asked about the name as it is, and that it looks free; `another_draft_saved` says that another draft is saved,
    which this one replaces only when something about the org is typed; `complained` that it was said that the draft
    cannot be saved; `again` that a second org is wanted beside an earlier one; `shown` that a person was shown the
    keys of the result; `stored` that the org exists and all that was received is stored or was shown, so that leaving
    loses nothing; `opening` that a draft or plan was opened, so that complete steps are skipped; `reached` is the
    number of the furthest step so far.
    """

    bootstrap: Bootstrap
    draft: Draft
    connection: Connection | None = None
    checked: Preflight | None = None
    passed: list[Finding] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    known: bool = False
    returning: bool = False
    wanted: str = ""
    result: Result | None = None
    keeping: bool = True
    available: bool = False
    another_draft_saved: bool = False
    complained: bool = False
    shown: bool = False
    stored: bool = False
    again: bool = False
    opening: bool = False
    reached: int = 0

    @property
    def service(self) -> Service:
        """Return what the steps after the first one work at."""
        return self.bootstrap.service

    @property
    def options(self) -> str:
        """Return the options of this run that a command which goes on with its work has to repeat."""
        return options_of(sandbox=self.bootstrap.sandbox)

    @property
    def provider(self) -> Provider:
        """Return the chosen provider, or the likely one where none is chosen yet."""
        chosen = (provider for provider in PROVIDERS if provider.key == self.draft.provider)
        return next(chosen, None) or self.bootstrap.discovery.likely_provider()

    @property
    def org_name(self) -> str:
        """Return the name of the child org as far as it was typed."""
        return str(self.draft.section("organization").get("name", ""))

    @property
    def site(self) -> Site | None:
        """Return the parent's site, None where what was typed is not one."""
        try:
            return site_at(self.provider, self.draft.site)
        except BadInput:
            return None

    @property
    def question(self) -> str:
        """Return what the user must say yes to before credentials are sent to the site, "" where there is nothing.

        It is no site of the vendor's, or a file in the current folder names either it or the credentials, not both.
        """
        if (site := self.site) is None or site.question:
            return site.question if site else ""
        places = self._places() if (here := self.bootstrap.discovery.files_here(self.provider)) else frozenset()
        found = min(places & here, default="")
        if not found or len(places) == 1:
            return ""
        return f"{site.host} and the credentials are from different places, one of them {found}. Send them there?"

    def _places(self) -> frozenset[str]:
        """Return the files that name the site and the secret credentials; "" stands for anything else."""
        from orgwizard.domain.field_questions import questions

        discovery, provider = self.bootstrap.discovery, self.provider
        offer = discovery.site(provider)
        places = {offer.file if offer and offer.typed == self.draft.site else ""}
        method = self.draft.method or discovery.method(provider) or next(iter(provider.methods))
        typed = self.draft.section(f"credentials.{method}")
        for question in questions(provider.methods[method]):
            if question.secret:
                there = discovery.credential(provider, question)
                value = typed.get(question.name) or (there.typed if there else None)
                if question.required or value:
                    places.add(getattr(value, "file", None) or "")
        return frozenset(places)

    @property
    def agreed(self) -> bool:
        """Return whether credentials may be sent to the site: it is a known one, or the user said yes to it."""
        site = self.site
        return site is not None and (not self.question or self.draft.section("parent").get("confirmed") == site.url)

    def agree(self) -> None:
        """Remember the user's yes to the site."""
        if site := self.site:
            self.draft.section("parent")["confirmed"] = site.url

    def settle_method(self) -> None:
        """Choose the credential method that what is there is for, where the user has chosen none."""
        if self.draft.method not in self.provider.methods:
            offered = self.bootstrap.discovery.method(self.provider)
            self.draft.section("parent")["method"] = offered or next(iter(self.provider.methods))

    def connected(self, connection: Connection, checked: Preflight) -> None:
        """Remember a connection that was tried and works."""
        self.connection, self.checked, self.passed = connection, checked, list(checked.findings)

    @property
    def accepted(self) -> bool:
        """Return whether the credentials, as they are, were accepted."""
        states = [found.state for found in self.passed if found.stage == "Credentials"]
        return self.connection is not None and states == ["ok"]

    def disconnect(self) -> None:
        """Forget the tried connection, and what was refused over it: the site or the credentials changed."""
        self.connection = self.checked = None
        self.passed = []
        self.refusals = {path: words for path, words in self.refusals.items() if path.startswith("credentials.")}

    # A reference may be a slow command: secrets are read off the face's thread, for the draft as it is now.

    def connecting(self) -> Future[Connection]:
        """Build the connection; the future raises `BadInput` and `BadFields`."""
        service, provider, draft = self.service, self.provider, copy.deepcopy(self.draft)
        return service.engine.work(lambda: service.reader.connection(provider, draft))

    def ordering(self) -> Future[Order]:
        """Build the order; the future raises `BadInput` and `BadFields`."""
        service, provider, draft = self.service, self.provider, copy.deepcopy(self.draft)
        return service.engine.work(lambda: service.reader.order(provider, draft))

    def asking_name(self) -> Future[Finding] | None:
        """Ask whether the wanted name is free; the future raises `Refused` where it is taken.

        None where the answers are not whole yet, or the user has not confirmed the host that would be asked.
        """
        if not self.agreed or self.connection is None or self.checked is None:
            return None
        typed = self.draft.section("organization")
        return self.service.checks.name_free(self.provider, self.connection, self.checked, typed)

    def earlier(self) -> EarlierAttempt | None:
        """Return the attempt that already is at this order, or made its org; None also where that cannot be read."""
        wanted = self._wanted()
        credentials = self.connection.credentials if self.connection else None
        if wanted is None:
            return None
        with suppress(WizardError):  # whoever begins an attempt is told why the journal cannot be read
            return self.service.creations.earlier(self.provider, wanted, credentials, self.checked)
        return None

    def was_sent(self) -> bool:
        """Return whether the order of the draft was sent, as far as the journal tells."""
        earlier = self.earlier()
        return earlier is not None and (earlier.kind != "unclear" or SENT in self.draft.section(ORDER))

    def _wanted(self) -> OrgIdentity | None:
        """Return the org that the answers name, what nobody edited included; None where they name none."""
        from orgwizard.domain.validation import filled

        if self.site is None or not self.org_name.strip():
            return None
        answers = filled(self.provider.organization, self.draft.section("organization"))
        return OrgIdentity(self.site, self.org_name, str(answers.get("subdomain", "")))

    def create(self, order: Order, tell: Callable[[Event], None]) -> bool:
        """Have the org created, and the draft forgotten once it exists; false where a creation runs already.

        *tell* is called in the engine's thread and must not block.
        """
        again, self.again = self.again, False
        self.draft.section(ORDER)[SENT] = "yes"
        self.keep()
        return self.service.creations.create(
            self.provider, order, self.draft.store, self._remembering(tell), again=again
        )

    def resume(self, record: Record, tell: Callable[[Event], None]) -> bool:
        """Have an attempt taken up; false where a creation runs already. Raises as `Creations.resume` does."""
        return self.service.creations.resume(record, self._remembering(tell), self.connection)

    def _remembering(self, tell: Callable[[Event], None]) -> Callable[[Event], None]:
        """Return *tell*, having the result remembered first: keys may be in it alone, and the face may be gone."""
        self.result, self.shown, self.stored = None, False, False

        def remember(event: Event) -> None:
            if isinstance(event, Progress) and event.stage in (SETTLE, READY):
                self.stored = True
            if isinstance(event, KeysArrived):
                self.result = event.result  # whatever comes of the rest, its keys are not lost
            if isinstance(event, Result):
                self._set_result(event)
                with suppress(Exception):  # the result must be told, whatever becomes of the draft
                    self._settle_draft(event)
            tell(event)

        return remember

    def _settle_draft(self, result: Result) -> None:
        """Forget the draft of an org that was created; that of one that was not may be sent again."""
        if result.outcome == "created" and self.keeping:
            self.keeping = False
            self.bootstrap.drafts.remove()
        if result.outcome == "not_created":
            self.draft.section(ORDER).pop(SENT, None)

    def keys_shown(self) -> None:
        """Remember that the keys, which are stored nowhere, were shown to a person."""
        if self.result and self.result.secrets and not self.shown:
            self.shown = True
            service, result = self.service, self.result
            self.bootstrap.engine.work(lambda: service.records.keys_shown(result))

    def save_after_all(self, result: Result, store: str) -> Future[Result]:
        """Store the keys of *result*, which were for the screen only; the session's result then names the place.

        The future raises `WizardError`: nothing changed.
        """
        from orgwizard.application.move_keys import save_after_all

        def saved() -> Result:
            return self._set_result(save_after_all(self.service, result, store.strip()))

        return self.bootstrap.engine.work(saved)

    def rescue(self) -> None:
        """Put keys that nobody was shown, as after a hang-up, into a private file."""
        if self.result and self.result.secrets and not self.shown:
            self._set_result(self.service.records.save_unshown_keys(self.result))

    def _set_result(self, result: Result) -> Result:
        """Remember a result, also beyond this session."""
        self.result = self.bootstrap.ended[result.attempt] = result
        return result

    def for_same_parent(self) -> WizardSession:
        """Return a session for another child of the same parent, with the connection, and the same administrator.

        Secrets of the administrator, who gets an account of their own in each org, are left out.
        """
        draft = Draft(provider=self.draft.provider, store=self.draft.store)
        for name, section in self.draft.sections.get(draft.provider, {}).items():
            if name == "parent" or name.startswith("credentials.") or name == "administrator.rows":
                draft.section(name).update(section)
        if model := self.provider.administrator:
            from orgwizard.application.administrators import without_secrets

            draft.section("administrator").update(without_secrets(model, self.draft.section("administrator")))
        return WizardSession(self.bootstrap, draft, self.connection, self.checked, list(self.passed))

    def administrators(self) -> list[dict[str, str]]:
        """Return the administrators of earlier orgs at the provider, as answers, the latest first."""
        from orgwizard.application.administrators import used

        return used(self.provider, self.service.profiles.all()[0])

    def problems(self) -> dict[str, str]:
        """Return every problem of the draft, as "section.field" -> sentence."""
        from orgwizard.application.order_builder import draft_problems

        return draft_problems(self.provider, self.draft)

    @property
    def parent(self) -> str:
        """Return the parent's name, who one acts as there, and whether no read proved it; "" before a check."""
        if self.checked is None:
            return ""
        proven = all(found.state != "unproven" for found in self.checked.findings if found.stage == "Credentials")
        name = f"{self.checked.parent} as {self.checked.identity}" if self.checked.identity else self.checked.parent
        return name if proven else f"{name} (unproven)"

    def place(self, width: int = 0) -> str:
        """Return provider, parent and site, in *width* cells if that is not 0: who one acts as goes last of all."""
        if not self.draft.provider:
            return ""
        site, title, parent = self.site, self.provider.title, self.parent
        where = (site.title or site.host) if site else ""
        identity = f"as {self.checked.identity}" if self.checked and self.checked.identity else ""
        forms = ((title, parent, where), (title, parent), (parent,), (title, identity), (identity,))
        words = [" · ".join(printable(part) for part in form if part) for form in forms]
        fitting = (form for form in words if form and (not width or len(form) <= width))
        return next(fitting, words[-1] or words[0])

    def to_continue(self) -> Draft | None:
        """Return the draft that the beginning offers to go on with after this session, else the saved one."""
        return self.draft if self.draft.provider and not self.another_draft_saved else self.bootstrap.drafts.load()

    @property
    def keeps_draft(self) -> bool:
        """Return whether there is something in the draft, and it is the one that is saved."""
        return bool(self.draft.provider) and self.keeping and not self.another_draft_saved

    def keep(self) -> str:
        """Save the draft; return a sentence where that failed, which must not stop anybody."""
        if not self.keeps_draft:
            return ""
        try:
            self.bootstrap.drafts.save(self.draft)
        except (WizardError, OSError) as error:
            return f"The draft could not be saved: {cause_of(error)}"
        return ""
