"""What choosing a store decides, however it is drawn: what is typed for each place, its test, and the consent to it."""

from concurrent.futures import Future

from orgwizard.application.connection.checks import StoreTest
from orgwizard.presentation.wizard import store_choices
from orgwizard.presentation.wizard.wizard_session import WizardSession


class StoreFlow:
    """The store of a draft, as one of the places to choose from with what is typed for it."""

    def __init__(self, session: WizardSession) -> None:
        self._session, self._draft = session, session.draft
        self._typed = session.draft.section("store")
        self.places = store_choices.places(self._draft.store)
        if line := store_choices.typed_of(self._draft.store):
            self._typed[self.place] = line

    @property
    def place(self) -> str:
        """Return which of the places is chosen."""
        return store_choices.place_of(self._draft.store)

    def typed(self, place: str) -> str:
        """Return what was typed for a place, last."""
        return str(self._typed.get(place, ""))

    def type(self, place: str, line: str) -> None:
        """Take what is typed for a place, and the place with it."""
        self._typed[place] = line
        self.choose(place)

    def choose(self, place: str) -> None:
        """Take a place with what was typed for it; what was refused was about another."""
        self._draft.store = store_choices.store_of(place, self.typed(place))
        self._session.refusals.pop("store", None)

    @property
    def problem(self) -> str:
        """Return what is wrong with what was typed for the chosen place, or ""."""
        place = self.place
        return store_choices.problem_of(place, self.typed(place)) if store_choices.question_of(place) else ""

    def test(self, place: str = "") -> Future[StoreTest]:
        """Test the store, or a *place* that nothing is typed for."""
        return self._session.service.checks.store(place or self._draft.store)

    def agree(self, test: StoreTest) -> None:
        """Take the store that a test asked for: the user said yes to its question."""
        if test.consent:
            self._draft.store = test.consent.store
