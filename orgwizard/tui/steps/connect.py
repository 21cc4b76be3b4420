"""Step 2: the credentials of the parent org, tried with harmless reads before anything else is asked."""

import asyncio
from collections.abc import Iterable

from textual import on, work
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from orgwizard import report
from orgwizard.errors import Trouble
from orgwizard.journey.session import Session
from orgwizard.journey.sheet import connection_sheet
from orgwizard.journey.steps import TITLES
from orgwizard.providers.base import Checked, Connection
from orgwizard.tui.choice import Choice, labelled
from orgwizard.tui.dialogs import Ask
from orgwizard.tui.form import Form
from orgwizard.tui.step import KEYS, SECRET_KEYS, Step


class ConnectStep(Step):
    """Choose a credential method, give the credentials, have them tried."""

    number = 2
    heading = TITLES["credentials"]
    keys = KEYS | SECRET_KEYS
    hints = "Enter next · Ctrl+N next step · F2 show secret · F1 keys"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        parent = session.draft.section("parent")
        if session.draft.method not in session.provider.methods:
            parent["method"] = next(iter(session.provider.methods))
        self._trial: Worker[None] | None = None

    def body(self) -> Iterable[Widget]:
        """Yield the methods where there are several, the fields, and what a check found."""
        methods = self.session.provider.methods
        if len(methods) > 1:
            titles = self.session.provider.method_titles
            yield labelled("Connect with", Choice(titles, self.session.draft.method, "method"))
        yield Vertical(self._form(), id="credentials")
        yield Static("\n".join(self._findings()), id="findings", markup=False)

    def _form(self) -> Form:
        return Form(connection_sheet(self.session))

    def _findings(self) -> list[str]:
        return report.findings(self.session.checked) if self.session.checked else []

    @on(Choice.Chosen, "#method")
    async def _choose_method(self, event: Choice.Chosen) -> None:
        session = self.session
        session.draft.section("parent")["method"] = event.choice.chosen
        session.touched = {path for path in session.touched if not path.startswith("credentials.")}
        session.refusals = {p: words for p, words in session.refusals.items() if not p.startswith("credentials.")}
        holder = self.query_one("#credentials")
        await holder.remove_children()
        await holder.mount(self._form())
        self.changed()

    def changed(self) -> None:
        """Stop a check of what is now old, and forget what it said."""
        self._stop()
        self.session.disconnect()
        self.query_one("#findings", Static).update("")
        self.refresh_place()
        super().changed()

    # ---- trying ----

    def action_next(self) -> None:
        """Try the credentials, then go on."""
        if self._trying:
            return
        if self.complete():
            self._trial = self._try()

    def action_back(self) -> None:
        """Stop the check if one is running, else go back."""
        if self._trying:
            self._stop()
            self.say("Stopped. Nothing was changed anywhere.")
        else:
            super().action_back()

    @property
    def _trying(self) -> bool:
        return self._trial is not None and self._trial.is_running

    def _stop(self) -> None:
        if self._trial is not None:
            self._trial.cancel()

    @work(exclusive=True, description="trying the credentials")
    async def _try(self) -> None:
        if not await self._agreed():
            return
        self.say("Trying the credentials with reads that change nothing. Esc stops it.")
        try:
            connection = await asyncio.wrap_future(self.session.connecting())
            if connection != self.session.connection:
                await self._check(connection)
        except Trouble as trouble:
            self.refused(trouble)
        else:
            self.leave_for(self.Forward())

    async def _agreed(self) -> bool:
        """Return whether credentials may go to the site; asked here too, for drafts that begin at this step."""
        session = self.session
        if not session.agreed and session.site:
            if not await self.app.push_screen_wait(Ask(session.site.question, yes="Yes, send them there", no="No")):
                return False
            session.agree()
        return session.agreed

    async def _check(self, connection: Connection) -> None:
        checked: Checked = await asyncio.wrap_future(self.session.desk.check(self.session.provider, connection))
        self.session.connected(connection, checked)
        self.refresh_place()
        self.query_one("#findings", Static).update("\n".join(self._findings()))
