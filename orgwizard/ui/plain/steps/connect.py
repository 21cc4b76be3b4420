"""Step 2: the credentials of the parent org, tried with harmless reads before anything else is asked."""

from queue import SimpleQueue

from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.field_questions import method_titles, questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.presentation.wizard import connect_flow, step_order
from orgwizard.presentation.wizard.form_state import connection_form, may_be_elsewhere
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Connection
from orgwizard.ui.plain.prompts import fill
from orgwizard.ui.plain.steps.base import GoTo, Step, in_turn


class ConnectStep(Step):
    """Choose a credential method, give the credentials, have them tried."""

    def go(self, field: str = "") -> None:
        """Choose a credential method, give the credentials, have them tried."""
        self.session.parent.settle_method()
        missing = connect_flow.missing_field(self.session)
        if missing == "":
            self._tried()
            return
        field = field or missing or ""
        parts = [lambda: self._give(field), lambda: self._offer_to_save(self._tried())]
        if len(self.session.provider.methods) > 1 and not field:
            parts.insert(0, self._choose_method)
        in_turn(*parts)

    def _give(self, first: str) -> None:
        session, console = self.session, self.console
        console.say(*session.bootstrap.discovery.remarks(session.provider))
        fill(console, connection_form(session), self.save, first)
        console.say(*session.service.reader.remarks(session.draft))

    def _tried(self) -> Connection:
        """Have the credentials tried, if they may be sent to the site, and return the connection."""
        if not self.agreed():
            raise GoTo("site")
        connection = self._connected()
        self.console.say(f"Connected: {self.session.parent.name}.")
        return connection

    def _choose_method(self) -> None:
        methods, draft = self.session.provider.methods, self.session.draft
        titles = method_titles(methods)
        hints = [f"{titles[key]}: {_asks_for(model)}" for key, model in methods.items()]
        draft.section("parent")["method"] = self.console.choose("Connect with", titles, draft.method, hints)

    def _connected(self) -> Connection:
        """Try the credentials until they work; raises `GoTo` where something is to be changed first."""
        session, console = self.session, self.console
        while True:
            connection = console.terminal.awaited(session.parent.connecting())
            if connection == session.parent.connection:
                return connection
            session.disconnect()
            console.say(connect_flow.CHECKING)
            try:
                session.parent.connected(connection, self._checked(connection))
            except WizardError as error:
                self._refused(error, connection)

    def _checked(self, connection: Connection) -> Preflight:
        """Return what a check found; a warning is said as it is made, and the review tells what was not proven."""
        found: SimpleQueue[Finding] = SimpleQueue()

        def say_found() -> None:
            while not found.empty():
                if (finding := found.get()).state == "warning":
                    self.console.say(finding.line)

        checking = self.session.service.checks.parent(self.session.provider, connection, None, found.put)
        try:
            return self.console.terminal.awaited(checking, say_found)
        finally:
            say_found()

    def _refused(self, error: WizardError, connection: Connection) -> None:
        """Tell of a failed check and return where it is to be tried again; raises `GoTo` where it is not."""
        console, section = self.console, step_order.section(error.field)
        console.say(*error.lines())
        if may_be_elsewhere(self.session, error) and self._moved(connection):
            return
        if section or not console.agrees("Try again with the same values?"):
            raise GoTo(section or "credentials", error.field.partition(".")[2])

    def _moved(self, connection: Connection) -> bool:
        """Ask the provider's other sites for the credentials, if the user agrees; return whether to go on at one."""
        session, console = self.session, self.console
        if not console.agrees(connect_flow.elsewhere_question(session, connection)):
            return False
        found = console.terminal.awaited(session.service.checks.elsewhere(session.provider, connection))
        if not found:
            console.say(connect_flow.nowhere_words(session))
        if not found or not console.agrees(connect_flow.belongs_question(found[0])):
            return False
        connect_flow.move_to(session, found[0])
        self.save()
        return True

    def _offer_to_save(self, connection: Connection) -> None:
        session, console = self.session, self.console
        parent = session.parent.checked.parent if session.parent.checked else ""
        if not parent or session.service.profile_saver.knows_parent(session.provider, connection, parent):
            return
        question = "Save this connection for the next org?"
        if console.agrees(question):
            console.say(connect_flow.save(session)[1])


def _asks_for(method: type[Fields]) -> str:
    """Return what a credential method asks for, with the help of each required field."""
    return " ".join(f"{question.title}. {question.help}" for question in questions(method) if question.required)
