"""Step 2: the credentials of the parent org, tried with harmless reads before anything else is asked."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.console import Group
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.field_questions import method_titles
from orgwizard.presentation import text_report
from orgwizard.presentation.wizard import connect_flow
from orgwizard.presentation.wizard.form_state import connection_form, may_be_elsewhere
from orgwizard.presentation.wizard.step_order import TITLES
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.findings import Finding
from orgwizard.providers.order import Connection
from orgwizard.ui.tui.screens import destination, refusals
from orgwizard.ui.tui.screens.outcomes import Next
from orgwizard.ui.tui.screens.trial import TrialStep
from orgwizard.ui.tui.widgets.columns import in_columns
from orgwizard.ui.tui.widgets.form import Form
from orgwizard.ui.tui.widgets.key_help import Words
from orgwizard.ui.tui.widgets.lists import Choice, button, labelled, remarks
from orgwizard.ui.tui.widgets.static_text import StaticText


class ConnectStep(TrialStep):
    """Choose a credential method, give the credentials, have them tried."""

    number = 2
    section = "credentials"
    heading = TITLES["credentials"]
    summarized = True
    words: ClassVar[Mapping[str, Words | None]] = {"save": Words("save this connection; typed secrets are not saved")}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+p", "save", show=False)]

    @dataclass
    class Passed(Message):
        """The check under way has made a finding."""

        finding: Finding

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        session.parent.settle_method()
        self._told = list(session.parent.passed)

    def body(self) -> Iterable[Widget]:
        """Yield the methods where there are several, the fields, remarks on files, and what a check found."""
        methods = self.session.provider.methods
        if len(methods) > 1:
            yield labelled("Connect with", Choice(method_titles(methods), self.session.draft.method, "method"))
        yield Vertical(self._form(), id="credentials")
        yield from remarks(self.session.bootstrap.discovery.remarks(self.session.provider))
        yield StaticText(self._findings(), id="findings")

    @property
    def has_secrets(self) -> bool:
        """Return that there are: they are what this is about."""
        return True

    def buttons(self) -> Iterable[Widget]:
        """Yield what keeps the connection, too."""
        yield from super().buttons()
        yield button("Save parent", "save")

    def _form(self) -> Form:
        return Form(connection_form(self.session))

    def _findings(self) -> Group:
        return in_columns(text_report.findings_table(self.session.parent.passed), text_report.STAGE_INDENT)

    @on(Choice.Chosen, "#method")
    async def _choose_method(self, event: Choice.Chosen) -> None:
        session = self.session
        session.draft.section("parent")["method"] = event.choice.chosen
        session.touched = {path for path in session.touched if not path.startswith("credentials.")}
        connect_flow.forget_refusals(session)
        holder = self.query_one("#credentials")
        await holder.remove_children()
        await holder.mount(self._form())
        session.bootstrap.engine.work(lambda: session.service.load_ahead(self.section, session.draft))
        self.changed()

    def changed(self) -> None:
        """Stop a check of what is now old, and forget what it said."""
        self.stop_trial()
        self._disconnect()
        super().changed()

    def _disconnect(self) -> None:
        self.session.disconnect()
        self.refresh_place()

    def refresh_notes(self) -> None:
        """Show what a check found so far, at the fields and below them."""
        if self._told != self.session.parent.passed:
            self._told = list(self.session.parent.passed)
            self.query_one("#findings", Static).update(self._findings())
        super().refresh_notes()

    # ---- trying ----

    def on_mount(self) -> None:
        """Try a connection that was saved, unless something in it has to be typed again."""
        if connect_flow.missing_field(self.session) == "" and self.session.parent.agreed:
            self.call_after_refresh(self.action_next)

    def action_next(self) -> None:
        """Try the credentials, then go on."""
        if not self.trying and self.complete():
            self.trial = self._go_on()

    def action_save(self) -> None:
        """Try the credentials, then save the connection."""
        if not self.trying and self.complete():
            self.trial = self._save()

    def action_back(self) -> None:
        """Stop the check if one is running, else go back."""
        if self.trying:
            self.stop_trial()
            self.say("Stopped. Nothing was changed.")
        else:
            super().action_back()

    @work(exclusive=True, description="checking credentials")
    async def _go_on(self) -> None:
        if await self._try():
            self.leave_for(Next())

    @work(exclusive=True, description="checking and saving the connection")
    async def _save(self) -> None:
        if await self._try():
            saved, words = connect_flow.save(self.session)
            self.say(words, wrong=not saved)

    async def _try(self) -> bool:
        """Return whether the credentials were accepted; if not, say why where it can be mended."""
        if not await destination.agreed(self):
            return False
        self.session.refusals.pop(self.section, None)
        refusals.show(self)
        self.say(f"{connect_flow.CHECKING} Esc cancels.")
        connection = None
        try:
            connection = await asyncio.wrap_future(self.session.parent.connecting())
            if connection != self.session.parent.connection:
                await self._check(connection)
        except WizardError as error:
            self.refused(error)
            if connection and may_be_elsewhere(self.session, error):
                await self._look_elsewhere(connection)
            return False
        return True

    async def _check(self, connection: Connection) -> None:
        """Have the connection tried, showing its stages as they pass; raises `WizardError`."""
        self._disconnect()
        self.refresh_notes()

        def tell(finding: Finding) -> None:
            self.post_message(self.Passed(finding))

        found = self.session.service.checks.parent(self.session.provider, connection, tell=tell)
        self.session.parent.connected(connection, await asyncio.wrap_future(found))
        self.refresh_place()
        self.refresh_notes()

    def on_connect_step_passed(self, message: Passed) -> None:
        """Show a stage that has passed."""
        if self.trying and message.finding not in self.session.parent.passed:
            self.session.parent.passed.append(message.finding)
            self.refresh_notes()

    async def _look_elsewhere(self, connection: Connection) -> None:
        """Move to another site of the vendor's, if the credentials belong there and the user wants that."""
        if site := await destination.other_site(self, connection):
            connect_flow.move_to(self.session, site)
            self._disconnect()
            self.refresh_notes()
            self.post_message(self.Changed())
            self.say(f"The site is now {site.key}. Next checks it.")
