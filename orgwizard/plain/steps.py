"""The steps that ask: the parent's site, its credentials and their check, the child, its administrator, its keys."""

from collections.abc import Callable
from queue import SimpleQueue

from orgwizard import report
from orgwizard.errors import BadInput, Trouble
from orgwizard.journey import places, steps
from orgwizard.journey.session import Session
from orgwizard.journey.sheet import Sheet, connection_sheet
from orgwizard.plain.asking import fill
from orgwizard.plain.console import Back, Console
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.providers.base import Checked, Connection, Finding
from orgwizard.values import Site

OTHER = "other"


class Led(Exception):
    """The user goes on at another step, at a field that is to be changed; why was said."""

    def __init__(self, section: str, field: str = "") -> None:
        self.section, self.field = section, field
        super().__init__(section, field)


class Steps:
    """Each method is one step, and ends when it is complete; `Back` leads to the one before."""

    def __init__(self, console: Console, session: Session) -> None:
        self._console, self.session = console, session
        self._complained = False
        self._known: set[str] = set()  # providers whose needs were said

    def go(self, section: str, field: str) -> None:
        """Go through one step, beginning at a field where that makes sense."""
        of_fields = {"credentials": self._credentials, "organization": self._organization}
        of_fields["administrator"] = self._administrator
        if section in of_fields:
            of_fields[section](field)
        elif section == "site":
            self._site()
        else:
            self._store()

    def _save(self) -> None:
        """Keep the draft; that it cannot be kept is said once."""
        words = self.session.keep()
        if words and not self._complained:
            self._console.say(words)
            self._complained = True

    # ---- 1: the provider and the site ----

    def _site(self) -> None:
        """Choose the provider and where the parent lives."""
        in_turn(self._choose_provider, self._find_site)
        self._save()

    def _choose_provider(self) -> None:
        draft = self.session.draft
        chosen = self._console.choose("Provider", {p.key: p.title for p in PROVIDERS}, self.session.provider.key)
        if chosen != draft.provider:
            draft.provider = chosen
            self.session.disconnect()
        if chosen not in self._known:
            self._known.add(chosen)
            self._console.say("You need:", *provider_of(chosen).needs)

    def _find_site(self) -> None:
        while not (self._choose_site() and self._agreed()):
            pass

    def _choose_site(self) -> bool:
        """Ask for the site; return whether there is one now."""
        session, parent = self.session, self.session.draft.section("parent")
        offer = session.desk.site_offer(session.provider)
        before = parent.get("site") or (offer.typed if offer else "")
        source = f", {offer.source}" if offer and offer.typed == before else ""
        if words := session.refusals.pop("site", ""):
            self._console.say(words)
        typed = self._listed(before) if session.provider.sites else OTHER
        typed = self._typed_site(str(before), source) if typed == OTHER else typed
        try:
            site = session.provider.site(typed)
        except BadInput as bad:
            self._console.say(bad.cause)
            return False
        self._settle(typed, site)
        return True

    def _listed(self, before: str) -> str:
        """Return the key of one of the provider's sites, or `OTHER`."""
        provider = self.session.provider
        rows = {s.key: ", ".join(filter(None, (s.title, s.key, s.location))) for s in provider.sites}
        chosen = _key(self.session, before) if before else provider.sites[0].key
        rows[OTHER] = "another API URL"
        chosen = chosen if chosen in rows else OTHER
        return self._console.choose(provider.site_title, rows, chosen, (provider.site_help,))

    def _typed_site(self, before: str, source: str) -> str:
        question = self.session.provider.site_question
        known = {site.key for site in self.session.provider.sites}
        default = before if before and _key(self.session, before) not in known else ""
        told = f"Enter takes {default}{source}" if default else f"for example {question.example}"
        return self._console.ask(f"{question.title} (needed, {told}):", (question.help,)) or default

    def _settle(self, typed: str, site: Site) -> None:
        parent = self.session.draft.section("parent")
        if parent.get("site") != typed:
            self.session.disconnect()
        parent["site"] = typed
        if site.notice:
            self._console.say(site.notice)

    def _agreed(self) -> bool:
        """Return whether credentials may be sent to the site: a known one, or the user says yes to it."""
        site = self.session.site
        if site and not self.session.agreed and self._console.agrees(site.question):
            self.session.agree()
        return self.session.agreed

    # ---- 2: the connection ----

    def _credentials(self, first: str) -> None:
        """Choose a credential method, give the credentials, have them tried; *first* is a field to begin with."""
        parts = [lambda: self._give(first), self._use]
        if self._method_is_open() and not first:
            parts.insert(0, self._choose_method)
        in_turn(*parts)

    def _method_is_open(self) -> bool:
        """Settle the method where there is nothing to choose; return whether there is."""
        methods = self.session.provider.methods
        if self.session.draft.method not in methods:
            offered = self.session.desk.method_offer(self.session.provider)
            self.session.draft.section("parent")["method"] = offered or next(iter(methods))
        return len(methods) > 1

    def _give(self, first: str) -> None:
        session, console = self.session, self._console
        for remark in session.desk.offer_remarks(session.provider):
            console.say(remark)
        fill(console, connection_sheet(session), self._save, first)
        for remark in session.desk.remarks(session.draft):
            console.say(remark)

    def _use(self) -> None:
        """Have the credentials tried, if they may be sent to the site, and offer to save the connection."""
        if not self._agreed():
            raise Led("site")
        connection = self._connected()
        if self.session.checked:
            self._console.say(f"Connected: {self.session.checked.parent}.")
        self._offer_to_save(connection)

    def _choose_method(self) -> None:
        titles, draft = self.session.provider.method_titles, self.session.draft
        draft.section("parent")["method"] = self._console.choose("Connect with", titles, draft.method)

    def _connected(self) -> Connection:
        """Try the credentials until they work; raises `Led` where something is to be changed first."""
        session, console = self.session, self._console
        while True:
            connection = console.terminal.awaited(session.connecting())
            if connection == session.connection:
                return connection
            session.disconnect()
            console.say("Trying the credentials with reads that change nothing.")
            try:
                session.connected(connection, self._checked(connection))
            except Trouble as trouble:
                self._refused(trouble, connection)

    def _checked(self, connection: Connection) -> Checked:
        """Return what a check found; each finding is said as it is made."""
        found: SimpleQueue[Finding] = SimpleQueue()

        def say_found() -> None:
            while not found.empty():
                self._console.say(found.get().line)

        checking = self.session.desk.check(self.session.provider, connection, None, found.put)
        try:
            return self._console.terminal.awaited(checking, say_found)
        finally:
            say_found()

    def _refused(self, trouble: Trouble, connection: Connection) -> None:
        """Tell of a failed check and return where it is to be tried again; raises `Led` where it is not."""
        console, section = self._console, steps.section(trouble.field)
        console.say(*trouble.lines())
        of_credentials = section == "credentials"
        if of_credentials and self.session.provider.sites and self._moved(connection):
            return
        if section or not console.agrees("Try again with the same answers?"):
            raise Led(section or "credentials", trouble.field.partition(".")[2])

    def _moved(self, connection: Connection) -> bool:
        """Ask the provider's other sites for the credentials, if the user agrees; return whether to go on at one."""
        session, console = self.session, self._console
        others = f"The other sites of {session.provider.title} can be asked whether the credentials belong there."
        if not console.agrees(f"{others} The API key is then sent to each of them. Ask them?"):
            return False
        found = console.terminal.awaited(session.desk.elsewhere(session.provider, connection))
        console.say(report.elsewhere(session.provider, found))
        if not found or not console.agrees(f"Go on at {found[0].title}?"):
            return False
        self._settle(found[0].key, found[0])
        self._save()
        return True

    def _offer_to_save(self, connection: Connection) -> None:
        session, console = self.session, self._console
        parent = session.checked.parent if session.checked else ""
        if not parent or session.desk.knows_parent(session.provider, connection, parent):
            return
        question = "Save this connection, so that the next org begins with it? What was typed as a secret is not saved."
        if console.agrees(question):
            try:
                console.say(f"Saved as the profile {session.desk.save_parent(session.provider, connection, parent)}.")
            except Trouble as trouble:
                console.say(f"The profile was not saved: {trouble.cause}")

    # ---- 3 and 4: the child and its administrator ----

    def _organization(self, first: str) -> None:
        """Name the child org."""
        model = self.session.provider.organization
        sheet = Sheet(self.session, "organization", model, self.session.draft.section("organization"))
        fill(self._console, sheet, self._save, first)
        self._console.say(*(f"{title}: {words}" for title, words in sheet.constants))

    def _administrator(self, first: str) -> None:
        """Describe the first administrator, or say who it will be."""
        provider = self.session.provider
        self._console.say(*provider.administrator_note)
        if not provider.administrator:
            self._console.ask("Enter goes on:")
            return
        typed = self.session.draft.section("administrator")
        fill(self._console, Sheet(self.session, "administrator", provider.administrator, typed), self._save, first)

    # ---- 5: where the keys go ----

    def _store(self) -> None:
        """Choose the place for the new keys; it is tried."""
        self._console.say(places.INTRODUCTION)
        if words := self.session.refusals.pop("store", ""):
            self._console.say(words)
        in_turn(self._choose_place, self._take_place)
        while not self._works():
            in_turn(self._choose_place, self._take_place)
        self._save()

    def _choose_place(self) -> None:
        draft = self.session.draft
        self._place = self._console.choose("Keep them in", places.PLACES, places.place_of(draft.store))

    def _take_place(self) -> None:
        self.session.draft.store = self._command() if self._place == places.COMMAND else self._place

    def _works(self) -> bool:
        """Try the chosen place, and say what that proved."""
        console = self._console
        console.say("Trying it with a harmless text.")
        try:
            console.say(console.terminal.awaited(self.session.desk.probe(self.session.draft.store)))
        except Trouble as trouble:
            console.say(trouble.cause, trouble.advice)
            return False
        return True

    def _command(self) -> dict[str, list[str]]:
        kept, question = self.session.draft.section("store"), places.QUESTION
        before = places.command_line(self.session.draft.store) or str(kept.get(places.COMMAND, ""))
        told = f"Enter keeps {before}" if before else f"for example {question.example}"
        while True:
            line = self._console.ask(f"{question.title} (needed, {told}):", (question.help,)) or before
            words, problem = places.words_of(line)
            if not problem:
                kept[places.COMMAND] = line
                return {places.COMMAND: words}
            self._console.say(problem)


def in_turn(*parts: Callable[[], None]) -> None:
    """Go through the parts of a step; going back leads to the part before, and from the first one out of the step."""
    at = 0
    while at < len(parts):
        try:
            parts[at]()
            at += 1
        except Back:
            if not at:
                raise
            at -= 1


def _key(session: Session, typed: str) -> str:
    """Return the key of the site that is meant, or "" where it is none."""
    try:
        return session.provider.site(typed).key
    except BadInput:
        return ""
