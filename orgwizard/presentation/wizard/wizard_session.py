"""What all steps of one run of a face share: the draft, what is known of it, and where the user is in the walk."""

from __future__ import annotations

import copy
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.events import options_of
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.wizard.creation_run import CreationRun
from orgwizard.presentation.wizard.draft_keeping import DraftKeeping
from orgwizard.presentation.wizard.parent_org import ParentOrg
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding
from orgwizard.providers.order import Order

if TYPE_CHECKING:
    from orgwizard.application.service import Service


@dataclass
class WizardSession:
    """The state that all steps share; whatever was typed is in the draft alone."""

    bootstrap: Bootstrap
    draft: Draft
    parent: ParentOrg = field(init=False)
    drafts: DraftKeeping = field(init=False)
    run: CreationRun = field(init=False)

    refusals: dict[str, str] = field(default_factory=dict)
    """Sentences of the service by field ("organization.subdomain") or step, until something is changed there."""
    touched: set[str] = field(default_factory=set)
    """The fields whose problems are shown."""
    name_finding: Finding | None = None
    """What the service said of the name as it is, None while it was not asked."""

    tries_at_once: bool = False
    """The connection is a saved one, to be tried without being asked for."""
    opening: bool = False
    """A draft or plan was opened: complete steps are skipped."""
    returning: bool = False
    """The review sent the user to a step, and wants them back."""
    wanted: str = ""
    """The field that the user was led to, "" for none."""
    listed: bool = False
    """An attempt was taken up from the list of attempts, to which Back leads from its result."""
    reached: int = 0
    """The number of the furthest step so far."""

    def __post_init__(self) -> None:
        self.parent = ParentOrg(self.bootstrap, self.draft)
        self.drafts = DraftKeeping(self.bootstrap, self.draft)
        self.run = CreationRun(self.bootstrap, self.parent, self.drafts)

    @property
    def service(self) -> Service:
        """Return what the steps after the first one work at."""
        return self.bootstrap.service

    @property
    def provider(self) -> Provider:
        """Return the provider of the parent, and so of everything else."""
        return self.parent.provider

    @property
    def options(self) -> str:
        """Return the options of this run that a command which goes on with its work has to repeat."""
        return options_of(sandbox=self.bootstrap.sandbox)

    def disconnect(self) -> None:
        """Forget the tried connection, and what was refused over it: the site or the credentials changed."""
        self.parent.disconnect()
        self.refusals = {path: words for path, words in self.refusals.items() if path.startswith("credentials.")}

    def problems(self) -> dict[str, str]:
        """Return every problem of the draft, as "section.field" -> sentence."""
        from orgwizard.application.order_builder import draft_problems

        return draft_problems(self.provider, self.draft)

    def ordering(self) -> Future[Order]:
        """Build the order of the draft as it is now; the future raises `BadInput` and `BadFields`.

        A reference may be a slow command: secrets are read off the face's thread.
        """
        service, provider, draft = self.service, self.provider, copy.deepcopy(self.draft)
        return service.engine.work(lambda: service.reader.order(provider, draft))

    def asking_name(self) -> Future[Finding] | None:
        """Ask whether the wanted name is free; the future raises `Refused` where it is taken.

        None where the answers are not whole yet, or the user has not confirmed the host that would be asked.
        """
        from orgwizard.application.order_builder import organization

        parent, wanted = self.parent, organization(self.provider, self.draft)
        if not parent.agreed or parent.connection is None or parent.checked is None or wanted is None:
            return None
        return self.service.checks.name_free(self.provider, parent.connection, parent.checked, wanted)

    def administrators(self) -> list[dict[str, str]]:
        """Return the administrators of earlier orgs at the provider, as answers, the latest first."""
        from orgwizard.application.administrators import used

        return used(self.provider, self.service.profiles.all()[0])

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
        session = WizardSession(self.bootstrap, draft)
        if self.parent.connection and self.parent.checked:
            session.parent.connected(self.parent.connection, self.parent.checked)
        return session
