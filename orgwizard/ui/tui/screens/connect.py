"""Step 2: the credentials of the parent org, tried with harmless reads before anything else is asked."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import ClassVar

from pydantic import SecretStr
from rich.console import Group
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from orgwizard.domain.errors import WizardError
from orgwizard.domain.field_questions import method_titles
from orgwizard.domain.org import Site
from orgwizard.presentation import text_report
from orgwizard.presentation.form_state import connection_sheet, may_be_elsewhere
from orgwizard.presentation.step_order import TITLES, section
from orgwizard.presentation.wizard_session import WizardSession
from orgwizard.providers.findings import Finding
from orgwizard.providers.order import Connection
from orgwizard.system.file_faults import cause_of
from orgwizard.ui.tui.screens import refusals
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.screens.key_help import Words
from orgwizard.ui.tui.screens.outcomes import Next
from orgwizard.ui.tui.widgets.columns import in_columns
from orgwizard.ui.tui.widgets.dialogs import Ask, consent
from orgwizard.ui.tui.widgets.form import Form
from orgwizard.ui.tui.widgets.lists import Choice, button, labelled, remarks
from orgwizard.ui.tui.widgets.static_text import StaticText


class ConnectStep(Step):
    """Choose a credential method, give the credentials, have them tried."""

    number = 2
    section = "credentials"
    heading = TITLES["credentials"]
    summarized = True
    words: ClassVar[Mapping[str, Words | None]] = {"save": Words("save this connection; typed secrets are not saved")}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+p", "save", show=False)]

    class Passed(Message):
        """The check under way has made a finding."""

        def __init__(self, finding: Finding) -> None:
            self.finding = finding
            super().__init__()

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        session.settle_method()
        self._trial: Worker[None] | None = None

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
        return Form(connection_sheet(self.session))

    def _findings(self) -> Group:
        return in_columns(text_report.findings_table(self.session.passed), text_report.STAGE_INDENT)

    @on(Choice.Chosen, "#method")
    async def _choose_method(self, event: Choice.Chosen) -> None:
        session = self.session
        session.draft.section("parent")["method"] = event.choice.chosen
        session.touched = {path for path in session.touched if not path.startswith("credentials.")}
        self._forget_refusals()
        holder = self.query_one("#credentials")
        await holder.remove_children()
        await holder.mount(self._form())
        session.bootstrap.engine.work(lambda: session.service.load_ahead(self.section, session.draft))
        self.changed()

    def _forget_refusals(self) -> None:
        refusals = self.session.refusals
        self.session.refusals = {path: words for path, words in refusals.items() if section(path) != self.section}

    def changed(self) -> None:
        """Stop a check of what is now old, and forget what it said."""
        self._stop()
        self._disconnect()
        super().changed()

    def _disconnect(self) -> None:
        self.session.disconnect()
        self._show_findings()
        self.refresh_place()

    def _show_findings(self) -> None:
        self.query_one("#findings", Static).update(self._findings())
        for form in self.query(Form):
            form.refresh_notes()

    # ---- trying ----

    def on_mount(self) -> None:
        """Try a connection that was saved, unless something in it has to be typed again."""
        known, self.session.known = self.session.known, False
        if known and self.session.agreed and not self.query_one(Form).problems():
            self.call_after_refresh(self.action_next)

    def action_next(self) -> None:
        """Try the credentials, then go on."""
        if not self._trying and self.complete():
            self._trial = self._go_on()

    def action_save(self) -> None:
        """Try the credentials, then save the connection."""
        if not self._trying and self.complete():
            self._trial = self._save()

    def action_back(self) -> None:
        """Stop the check if one is running, else go back."""
        if self._trying:
            self._stop()
            self.say("Stopped. Nothing was changed.")
        else:
            super().action_back()

    @property
    def _trying(self) -> bool:
        return self._trial is not None and self._trial.is_running

    def _stop(self) -> None:
        if self._trial is not None:
            self._trial.cancel()
            self._trial = None

    @work(exclusive=True, description="checking credentials")
    async def _go_on(self) -> None:
        if await self._try():
            self.leave_for(Next())

    @work(exclusive=True, description="checking and saving the connection")
    async def _save(self) -> None:
        session = self.session
        if not await self._try() or session.connection is None or session.checked is None:
            return
        try:
            name = session.service.profile_saver.save_parent(
                session.provider, session.connection, session.checked.parent
            )
        except (WizardError, OSError) as error:
            self.say(f"The connection was not saved: {cause_of(error)}", wrong=True)
        else:
            typed = any(isinstance(value, SecretStr) for value in session.draft.credentials.values())
            self.say(f"Saved as {name}" + (". Typed secrets were not saved." if typed else "."))

    async def _try(self) -> bool:
        """Return whether the credentials were accepted; if not, say why where it can be mended."""
        if not await self._agreed():
            return False
        self.session.refusals.pop(self.section, None)
        refusals.show(self)
        self.say("Checking credentials (read-only). Esc stops it.")
        try:
            connection = await asyncio.wrap_future(self.session.connecting())
        except WizardError as error:
            self.refused(error)
            return False
        if connection == self.session.connection:
            return True
        try:
            await self._check(connection)
        except WizardError as error:
            self.refused(error)
            if may_be_elsewhere(self.session, error):
                await self._look_elsewhere(connection)
            return False
        return True

    async def _agreed(self) -> bool:
        """Return whether credentials may go to the site; asked here too, for drafts that begin at this step."""
        session = self.session
        if not session.agreed and session.site:
            if not await self.app.push_screen_wait(consent(session.question)):
                return False
            session.agree()
        return session.agreed

    async def _check(self, connection: Connection) -> None:
        """Have the connection tried, showing its stages as they pass; raises `WizardError`."""
        self._disconnect()

        def tell(finding: Finding) -> None:
            self.post_message(self.Passed(finding))

        found = self.session.service.checks.parent(self.session.provider, connection, tell=tell)
        self.session.connected(connection, await asyncio.wrap_future(found))
        self.refresh_place()
        self._show_findings()

    def on_connect_step_passed(self, message: Passed) -> None:
        """Show a stage that has passed."""
        if self._trying and message.finding not in self.session.passed:
            self.session.passed.append(message.finding)
            self._show_findings()

    # ---- keys of another site ----

    async def _look_elsewhere(self, connection: Connection) -> None:
        """Ask the vendor's other sites whether the credentials belong there, where the user wants that."""
        session, title = self.session, self.session.provider.title
        question = (
            f"{title} doesn't recognize the API key at {connection.site.title}. Try it on its other sites? "
            "The key is sent to each of them; nothing is changed."
        )
        if not await self.app.push_screen_wait(Ask(question, yes="Try them", no="No")):
            return
        self.say(f"Asking {title}'s other sites. Esc stops it.")
        found = await asyncio.wrap_future(session.service.checks.elsewhere(session.provider, connection))
        if not found:
            self.say(f"No other site of {title} recognizes it either.", wrong=True)
            return
        there = found[0]
        words = f"This key belongs to {there.title} ({there.key}). Connect there?"
        if await self.app.push_screen_wait(Ask(words, yes=f"Use {there.title}", no="No")):
            self._move_to(there)

    def _move_to(self, site: Site) -> None:
        self.session.draft.section("parent")["site"] = site.key
        self._forget_refusals()
        self._disconnect()
        self.query_one(Form).refresh_notes()
        self.post_message(self.Changed())
        self.say(f"The site is now {site.key}. Next checks it.")
