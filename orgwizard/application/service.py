"""What every face works at: checking, trying stores, creating, and the files that remember it all.

`cli` puts it together; faces ask it and never touch the network, the engine's loop or a file themselves.
"""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from orgwizard.application import plan_writer
from orgwizard.application.chosen_store import ChosenStore
from orgwizard.application.creation import create_org
from orgwizard.application.discovery import Discovery
from orgwizard.application.flow.stream import ended
from orgwizard.application.order_builder import connection, draft_problems, order, order_at, recalled
from orgwizard.application.profile_draft import draft_from
from orgwizard.application.provider_calls import check, converse, elsewhere
from orgwizard.application.resumption import Interrupted, resume_org
from orgwizard.application.runner import Engine
from orgwizard.application.tools import Tools
from orgwizard.domain import signing
from orgwizard.domain.address import is_loopback
from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Control, Wishes
from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import BadInput, NeedsAttention, WizardError
from orgwizard.domain.events import Event, Result
from orgwizard.domain.http import Send
from orgwizard.domain.org import Site
from orgwizard.domain.questions import Value
from orgwizard.domain.secret_reference import Reference
from orgwizard.domain.validation import Fields, problems, questions, validated
from orgwizard.providers import provider_of
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Connection, Order, OrgIdentity
from orgwizard.storage.attempt_journal import Journal
from orgwizard.storage.attempt_record import Record
from orgwizard.storage.attempt_writing import Attempt
from orgwizard.storage.drafts import Drafts
from orgwizard.storage.earlier_attempt import EarlierAttempt
from orgwizard.storage.keyring_store import keys_of_attempt
from orgwizard.storage.profiles import Org, Profile, Profiles
from orgwizard.storage.secret_stores import FileStore, label_of, parse_store
from orgwizard.storage.stored_reference import sources as stored_sources
from orgwizard.storage.vault import Store, Vault
from orgwizard.system import private_files, secret_reader, subprocesses

Begin = Callable[[Control], AsyncIterator[Event]]


@dataclass(frozen=True)
class Service:
    """One run of the program over one set of folders.

    `sandbox_values` holds ready-made answers of the sandbox: "okta.token" -> value; empty for the real services.
    `used` collects the names of variables that secrets were read from; the vault hides them from commands.
    """

    send: Send
    engine: Engine
    clock: Clock
    journal: Journal
    profiles: Profiles
    drafts: Drafts
    vault: Vault
    environ: Mapping[str, str]
    sandbox_values: Mapping[str, str] = field(default_factory=dict)
    warm: Callable[[], None] = lambda: None
    used: set[str] = field(default_factory=set)
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def discovery(self) -> Discovery:
        """Return what the user already has."""
        return Discovery(self.environ, self.sandbox_values)

    # ---- from a draft to an org ----

    def read(self, reference: Reference) -> SecretStr:
        """Read a secret at the moment of use; raises `BadInput`."""
        if reference.env:
            self.used.add(reference.env)
        return secret_reader.read(reference, self.environ, without=self.used)

    def _hide(self, draft: Draft) -> None:
        """Remember the variables of a draft's secrets before the first command is run: it sees none of them."""
        self.used.update(value.env for value in _references(draft) if value.env)

    def remarks(self, draft: Draft) -> list[str]:
        """Return warnings about where a draft's secrets lie, such as a file that others can read."""
        found = map(secret_reader.remark, _references(draft))
        return [remark for remark in found if remark]

    def connection(self, provider: Provider, draft: Draft) -> Connection:
        """Return the validated connection; raises `BadInput` and `BadFields`."""
        self._hide(draft)
        return connection(provider, draft, self.read)

    def order(self, provider: Provider, draft: Draft) -> Order:
        """Return the validated order; raises `BadInput` and `BadFields`."""
        self._hide(draft)
        return order(provider, draft, self.read)

    def order_at(self, connected: Connection, provider: Provider, draft: Draft) -> Order:
        """Return the validated order of a draft at a parent that is connected already; raises as `order` does."""
        self._hide(draft)
        return order_at(connected, provider, draft, self.read)

    def check(
        self,
        provider: Provider,
        connected: Connection,
        organization: Fields | None = None,
        tell: Callable[[Finding], None] = lambda _: None,
    ) -> "Future[Preflight]":
        """Try the credentials with harmless reads; the future raises a `WizardError`.

        *tell* is called with each finding as it is made, in the engine's thread, and must not block.
        """

        async def checked() -> Preflight:
            try:
                return await check(
                    provider, connected, organization, self.send, tell, lambda: self.clock.wall().timestamp()
                )
            except WizardError as error:
                error.meaning = _CHECKED.get(error.field.partition(".")[0], _CHECK_FAILED)
                raise

        return self.engine.read(checked())

    def elsewhere(self, provider: Provider, connected: Connection) -> "Future[tuple[Site, ...]]":
        """Ask the vendor's other sites whether the credentials belong there: send them only where the user agreed."""
        return self.engine.read(elsewhere(provider, connected, self.send))

    def problems(self, provider: Provider, draft: Draft) -> dict[str, str]:
        """Return every problem of a draft, as "section.field" -> sentence."""
        return draft_problems(provider, draft)

    def name_free(
        self, provider: Provider, connected: Connection, checked: Preflight, typed: Mapping[str, Value]
    ) -> "Future[Finding] | None":
        """Ask whether the wanted name is free, which only reads; the future raises `Refused` where it is taken.

        *typed* are the answers about the organization; None where they are not whole yet.
        """
        if problems(provider.organization, typed):
            return None
        organization = validated(provider.organization, typed)
        return self.engine.read(converse(provider.name_free(connected, checked, organization), self.send))

    def probe(self, store: Any) -> "Future[str]":
        """Really try a store, given as in a plan; the future raises `BadInput` or `LocalFailure`."""
        return self.engine.work(lambda: self.vault.probe(parse_store(store)))

    def earlier(
        self, provider: Provider, wanted: OrgIdentity, credentials: Fields | None, checked: Preflight | None = None
    ) -> EarlierAttempt | None:
        """Return the attempt that already is at this order, or made its org; raises `LocalFailure`.

        *credentials* and *checked* tell the names of the parent, as far as they are known yet: one that may only be
        this order is returned after the check alone, which may tell its parent from this one.
        """
        before = {**checked.before, "domain": checked.domain} if checked else {}
        earlier = self.journal.earlier(provider.order_key(wanted, credentials, before))
        return None if earlier and earlier.kind == "unclear" and checked is None else earlier

    def create(
        self, provider: Provider, wanted: Order, store: Any, tell: Callable[[Event], None], *, again: bool = False
    ) -> bool:
        """Create the org, telling of each event; false where a creation is running already.

        Where an attempt is at this order, or made its org, nothing is sent and the result's error is `Busy` or
        `Repeated`, unless a second org is wanted *again*. Raises `BadInput` for an unknown store. *tell* is called in
        the engine's thread and must not block.
        """
        chosen = ChosenStore(self.vault, parse_store(store))
        return self.engine.create(self.creation(provider, wanted, chosen, again=again), tell)

    def creation(self, provider: Provider, wanted: Order, store: ChosenStore, *, again: bool = False) -> Begin:
        """Return what begins a creation once it is handed its `Control`."""
        via = _via(wanted.connection)

        def begin(control: Control) -> AsyncIterator[Event]:
            tools = self._tools(wanted.wanted, via, store, control, again=again)
            return ended(lambda: create_org(provider, wanted, tools), self._internal_failure(provider, wanted.wanted))

        return begin

    def resume(self, record: Record, tell: Callable[[Event], None], connected: Connection | None = None) -> bool:
        """Take up an interrupted attempt, telling of each event; false where a creation is running already.

        What the parent is asked is asked through *connected*, where there is such a connection to its site.
        Raises `BadInput` for a record that holds too little, `LocalFailure` where another process is at work on it.
        """
        begin, attempt = self.resumption(record, connected)
        begun = self.engine.create(begin, tell)
        if not begun:
            attempt.close()
        return begun

    def resumption(self, record: Record, connected: Connection | None = None) -> tuple[Begin, Attempt]:
        """Return what begins a resumption, and the attempt, which it closes; raises what `resume` does."""
        provider = provider_of(record.provider)
        wanted = OrgIdentity(provider.site(record.site), record.name, record.mark)
        chosen = ChosenStore(self.vault, _store_of(record))
        credentials, lacking = (
            (connected.credentials, "")
            if connected and connected.site.key == wanted.site.key
            else self._parents(provider, record)
        )
        record, unasked = self._with_keyring_keys(provider, record)
        secrets = self._stored(provider, record)
        via = record.via if isinstance(record.via, dict) else {}
        forgotten = bool(self.sandbox_values) and record.pid != os.getpid()
        attempt = self.journal.resume(record)
        interrupted = Interrupted(
            provider, record, attempt, wanted, credentials, secrets, lacking, forgotten=forgotten, unasked=unasked
        )

        def begin(control: Control) -> AsyncIterator[Event]:
            tools = self._tools(wanted, via, chosen, control)
            return ended(lambda: resume_org(interrupted, tools), self._internal_failure(provider, wanted, record.id))

        return begin, attempt

    def _internal_failure(self, provider: Provider, wanted: OrgIdentity, attempt: str = "") -> Result:
        """Return what is known of a creation that breaks off by a fault of ours: nothing, it may have been sent."""
        options = "--sandbox" if self.sandbox_values else ""
        named = (provider.key, wanted.site.key, wanted.name)
        return Result("unknown", *named, attempt=attempt, open=bool(attempt), options=options)

    def _parents(self, provider: Provider, record: Record) -> tuple[Fields | None, str]:
        """Return the parent's credentials from where the attempt had them, or from the environment.

        If they are nowhere, return None and a sentence that says which are required.
        """
        via = record.via if isinstance(record.via, dict) else {}
        draft = Draft(provider.key)
        draft.section("parent").update({"site": record.site, "method": via.get("method", next(iter(provider.methods)))})
        try:
            asked = questions(provider.methods[draft.method])
            if self._belongs_to(provider, record.site):
                offers = {question.name: self.discovery.credential(provider, question) for question in asked}
                draft.credentials.update({name: offer.typed for name, offer in offers.items() if offer})
            draft.credentials.update(recalled(provider.methods[draft.method], via.get("credentials", {})))
            self._refuse_of_another_site(provider, draft)
            return self.connection(provider, draft).credentials, ""
        except (WizardError, KeyError, AttributeError) as missing:
            return None, _needed(provider, draft.method, missing)

    def _belongs_to(self, provider: Provider, site: str) -> bool:
        """Return whether what the user has at hand is for *site*: it says so, or nothing and that is a vendor's."""
        offer, meant = self.discovery.site(provider), provider.site(site)
        if offer is None or offer.file in self.discovery.files_here(provider):  # anybody may have put a file here
            return not (meant.question or is_loopback(urlsplit(meant.url).hostname or ""))
        with suppress(BadInput):
            return provider.site(str(offer.typed)).url == meant.url
        return False

    def _refuse_of_another_site(self, provider: Provider, draft: Draft) -> None:
        """Raise `BadInput` where the draft's variables are now those of another site than the draft's."""
        offer = self.discovery.site(provider)
        named = [value.env for value in draft.credentials.values() if isinstance(value, Reference) and value.env]
        if named and offer and not self._belongs_to(provider, draft.site):
            raise BadInput(f"${named[0]} is now for {offer.typed}, not for {draft.site}.")

    def _with_keyring_keys(self, provider: Provider, record: Record) -> tuple[Record, str]:
        """Return the record with the keys that the keyring has of it, though the journal could not say so.

        Where the keyring cannot be asked, a sentence that says so, else "".
        """
        if not record.may_be_in_keyring:
            return record, ""
        names = dict.fromkeys(filter(None, (record.mark, (record.org or {}).get("name"), record.name)))
        labels = [label_of(provider.key, name) for name in names]
        try:
            stored = keys_of_attempt(record.id, labels, provider.secret_titles, seconds=self.vault.seconds)
        except WizardError as fault:
            return record, f"Its keys may be in the system keyring. {fault.cause}"
        return (record.model_copy(update={"state": "stored", "stored": stored}) if stored else record), ""

    def _stored(self, provider: Provider, record: Record) -> dict[str, SecretStr]:
        """Return the child's secrets from the store that has them; {} where none can be read."""
        found: dict[str, SecretStr] = {}
        for name, source in stored_sources(record.reference, provider.secret_titles).items():
            with suppress(WizardError):
                found[name] = self.read(source)
        return found

    def save_unshown_keys(self, result: Result) -> Result:
        """Put keys that no screen took into a private file, and write down where; where that fails, too, say so."""
        facts = {"org": result.name, "attempt": result.attempt}
        try:
            kept = self.vault.keep(FileStore(), label_of(result.provider, result.name), result.secrets, facts)
        except WizardError as error:
            return replace(
                result, error=NeedsAttention(f"The keys could not be displayed. {error.cause}", code="attention")
            )
        with suppress(WizardError):
            self._write_down(self.journal.get(result.attempt), "stored", stored=dict(kept.reference))
        attention = NeedsAttention(f"The keys could not be displayed. They are {kept.words}.", code="attention")
        return replace(result, stored=kept.reference, stored_words=kept.words, secrets={}, error=attention)

    def note_stored(self, attempt: str, reference: Mapping[str, Any]) -> None:
        """Write down where the keys of an attempt are now; a journal that knows no such attempt has nothing to learn.

        Raises `Busy` and `LocalFailure`.
        """
        if attempt in self.journal.ids():
            self._write_down(self.journal.get(attempt), "stored", stored=dict(reference))

    def note_undo(self, attempt: str, state: str) -> None:
        """Write down what became of the call that takes an org, or its keys, back; raises as `note_stored` does."""
        if attempt in self.journal.ids():
            self._write_down(self.journal.get(attempt), "undo", undo=state)

    def keys_shown(self, result: Result) -> None:
        """Have it written down that a person was shown keys that are stored nowhere; waits for a running creation."""
        self.engine.keys_shown()
        self.engine.idle.wait()
        with suppress(WizardError):
            record = self.journal.get(result.attempt)
            if not record.keys_shown:
                self._write_down(record, "shown", keys_shown=True)

    def without_leftover(self, record: Record) -> Record:
        """Return a settled attempt without an answer that was left over; one that cannot be removed is still in it."""
        if not record.left_over:
            return record
        with suppress(WizardError, OSError), self.journal.resume(record) as attempt:
            attempt.unspool()
        return self.journal.get(record.id)

    def _write_down(self, record: Record, event: str, **facts: Any) -> None:
        with self.journal.resume(record) as attempt:
            attempt.note(event, **facts)
            attempt.note("ended", result=record.state)

    def _tools(
        self, wanted: OrgIdentity, via: Mapping[str, Any], chosen: ChosenStore, control: Control, *, again: bool = False
    ) -> Tools:
        return Tools(
            send=self.send,
            journal=self.journal,
            vault=chosen,
            fallback=ChosenStore(self.vault, FileStore()),
            clock=self.clock,
            save_profile=lambda result: self._save_profile(provider_of(result.provider), wanted, via, result),
            control=control,
            options="--sandbox" if self.sandbox_values else "",
            again=again,
            wishes=self.wishes,
        )

    def _save_profile(self, provider: Provider, wanted: OrgIdentity, via: Mapping[str, Any], result: Result) -> str:
        created = result.org
        assert created is not None  # noqa: S101 - a profile is saved only after the org exists
        profile = Profile(
            name=f"{result.provider}-{wanted.subdomain or created.name}",
            provider=result.provider,
            site=result.site,
            org=Org(id=created.id, name=created.name, url=created.url),
            created=self.clock.wall(),
            attempt=result.attempt,
            details=dict(created.details),
            secrets=dict(result.sources),
            **_connected(provider, via),
        )
        saved = (p.name for p in self.profiles.alike(profile) if (p.kind, p.attempt) == ("child", result.attempt))
        return next(saved, "") or self.profiles.save(profile).name  # a run that was cut short may have saved it

    # ---- loading ----

    def load_ahead(self, step: str, draft: Draft) -> None:
        """Load what will be needed after a step, while the user reads and types on it; meant for another thread.

        Raises `BadInput` where the network's settings cannot be used; who sends something is told so again.
        """
        if step == "credentials":
            model = provider_of(draft.provider).methods[draft.method]
            if any(question.file for question in questions(model)):
                signing.load()
            self.warm()
        elif step == "organization":
            subprocesses.load_keyring()

    # ---- drafts, plans and profiles ----

    def save_parent(self, provider: Provider, connected: Connection, parent: str) -> str:
        """Save how to connect to the parent org named *parent*, references only, and return the profile's name.

        A typed secret is not in it and asked for again. The same connection is saved once. Raises `LocalFailure`.
        """
        profile = self._parent(provider, connected, parent)
        found = self._same(profile)
        return found.name if found else self.profiles.save(profile).name

    def knows_parent(self, provider: Provider, connected: Connection, parent: str) -> bool:
        """Return whether `save_parent` would find what it saves there already."""
        return self._same(self._parent(provider, connected, parent)) is not None

    def _parent(self, provider: Provider, connected: Connection, parent: str) -> Profile:
        site = connected.site
        return Profile(
            name=f"{provider.key}-{parent}",
            provider=provider.key,
            site=site.key,
            kind="parent",
            org=Org(id="", name=parent, url=site.app_url or site.url),
            created=self.clock.wall(),
            **_connected(provider, _via(connected)),
        )

    def _same(self, profile: Profile) -> Profile | None:
        same = (p for p in self.profiles.all()[0] if _without_label(p) == _without_label(profile))
        return next(same, None)

    def draft_from(self, profile: Profile) -> Draft:
        """Return a draft for another child of the parent that a profile knows, connected as far as it knows how."""
        return draft_from(profile)

    def save_plan(self, draft: Draft, path: Path) -> None:
        """Write the draft as a plan file, without secrets; raises `LocalFailure`, `FileExistsError`."""
        private_files.write_new(path, plan_writer.dump(draft).encode())


def _references(draft: Draft) -> list[Reference]:
    """Return where the secrets of a draft's provider are read from."""
    answers = (value for section in draft.sections.get(draft.provider, {}).values() for value in section.values())
    return [value for value in answers if isinstance(value, Reference)]


def _needed(provider: Provider, method: str, missing: Exception) -> str:
    """Say which of the parent's credentials a look-up needs, and why they are not there."""
    secret = [question for question in questions(provider.methods.get(method) or Fields) if question.secret]
    titles = " and ".join(question.title for question in secret) or "credentials"
    why = f" {missing.cause}" if isinstance(missing, WizardError) else ""
    variables = " and ".join(f"${question.env[0]}" for question in secret if question.env)
    return f"To check, orgwizard needs the parent's {titles}.{why}{f' Set {variables}.' if variables else ''}"


# What a failed check means: it sent nothing that could create anything.
_CHECK_FAILED = "The check failed."
_CHECKED = {
    "credentials": "The check failed: the credentials were rejected.",
    "organization": "The check failed: this name cannot be used.",
    "site": "The check failed: this address cannot be used.",
}


def _via(connected: Connection) -> dict[str, Any]:
    return {"method": connected.method, "credentials": dict(connected.sources)}


def _connected(provider: Provider, via: Mapping[str, Any]) -> dict[str, Any]:
    """Return method, references and plain answers of a connection as a profile keeps them."""
    method, sources = str(via.get("method", "")), via.get("credentials")
    known = recalled(provider.methods[method], sources) if method in provider.methods else {}
    return {
        "method": method,
        "parent": {name: value for name, value in known.items() if isinstance(value, Reference)},
        "answers": {name: value for name, value in known.items() if not isinstance(value, Reference)},
    }


def _without_label(profile: Profile) -> Profile:
    """Return a profile without its name and date."""
    return profile.model_copy(update={"name": "", "created": datetime.min})


def _store_of(record: Record) -> Store:
    """Return the store that was chosen for an attempt; the private file where that cannot be told."""
    try:
        return parse_store(record.store)
    except BadInput:
        return FileStore()
