"""One group of questions over the live answers of the draft: what is offered, what was typed, what is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import SecretStr

from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import LOOKS_SECRET, Fields
from orgwizard.domain.forms.questions import Question, Suggestion, Value
from orgwizard.domain.forms.validation import filled, problems
from orgwizard.domain.secrets.credential_shapes import shape
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.domain.text.sanitize import printable
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.findings import Finding

ACCEPTED, AVAILABLE = "accepted", "available"
USE_ANYWAY = "Use it anyway"


@dataclass(frozen=True)
class Suspect:
    """The texts of one field that are refused only because they look like credentials, or are some of this run."""

    title: str
    texts: tuple[str, ...] = field(repr=False)

    @property
    def words(self) -> str:
        """Return what is said before the question whether to use it; nothing of the texts is repeated."""
        if any(REDACTOR.without_secrets(text) != text for text in self.texts):
            found = "contains a secret of this run, which would no longer be secret"
        else:
            found = "looks like " + next(filter(None, map(shape, self.texts)), "a credential")
        return f"{self.title} {found}. It would be sent and saved in clear text."

    def allow(self) -> None:
        """Take the texts for ordinary values from now on: the user said so."""
        for text in self.texts:
            REDACTOR.allow(text)


@dataclass
class FormState:
    """The questions of a model and the section of the draft that holds their answers.

    `offers` are what the user has already; a reference in the answers is offered too, and what is offered is
    the answer until something else is typed.
    """

    session: WizardSession
    section: str
    model: type[Fields]
    typed: dict[str, Value]
    offers: Mapping[str, Suggestion] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._drop_misshapen()
        unset = self.unset
        named = {name: value for name, value in self.typed.items() if isinstance(value, Reference)}
        given = {name: Suggestion(value, value.describe()) for name, value in named.items() if name not in unset}
        self.offers = {**self.offers, **given}
        for name, offer in self.offers.items():
            if name in unset and self.session.bootstrap.sandbox and not isinstance(offer.typed, Reference):
                self.typed[name] = offer.typed  # the sandbox's own, instead of a variable that is not set
            self.typed.setdefault(name, offer.typed)

    def _drop_misshapen(self) -> None:
        """Forget rows where one text is asked for, and the reverse: a draft may have been edited by hand."""
        rows = {question.name: question.rows for question in questions(self.model)}
        for name, value in list(self.typed.items()):
            if isinstance(value, Mapping) != rows.get(name, isinstance(value, Mapping)):
                del self.typed[name]

    @property
    def asked(self) -> list[Question]:
        """Return the questions that a person is asked."""
        return [question for question in questions(self.model) if question.asked]

    @property
    def constants(self) -> list[tuple[str, str]]:
        """Return title and words of what is fixed and not asked."""
        return [(q.title, f"{q.constant}. {q.help}") for q in questions(self.model) if q.constant]

    @property
    def answers(self) -> dict[str, Value]:
        """Return the answers, with proposals for what nobody has edited."""
        return filled(self.model, self.typed)

    def path(self, name: str) -> str:
        """Return the name of a field among all fields, such as "organization.name"."""
        return f"{self.section}.{name}"

    def take(self, question: Question, text: str) -> None:
        """Store what was typed; an emptied field is as if nobody had typed, so that offers and proposals apply."""
        if text:
            self.typed[question.name] = SecretStr(text) if question.secret else text
        elif offer := self.offers.get(question.name):
            self.typed[question.name] = offer.typed
        else:
            self.typed.pop(question.name, None)
        self.session.refusals.pop(self.path(question.name), None)
        self.session.drafts.another_saved &= self.section == "credentials"

    def take_rows(self, question: Question, pairs: Iterable[Sequence[str]]) -> None:
        """Store rows as they were typed: the table that they make, of those with a name."""
        named = ((name.strip(), text) for name, text in pairs if name.strip())
        self.typed[question.name] = {name: self.model.row_value(question.name, name, text) for name, text in named}

    def problems(self) -> dict[str, str]:
        """Return what is wrong per field: refusals of the service, and before those the model's rules."""
        refusals = self.session.refusals
        refused = {name: refusals[path] for name in self.model.model_fields if (path := self.path(name)) in refusals}
        return refused | self.wrong()

    def wrong(self) -> dict[str, str]:
        """Return what is wrong per field: the model's rules, and variables that are not set; no service was asked."""
        return self.unset | problems(self.model, self.typed)

    def is_due(self, question: Question) -> bool:
        """Return whether a question is asked now, after the answers to the others."""
        return question.is_due(self.answers)

    @cached_property
    def _people(self) -> list[dict[str, str]]:
        return self.session.administrators() if self.section == "administrator" else []

    @property
    def offered(self) -> dict[str, str]:
        """Return what is not typed yet of the latest administrator who agrees with what is."""
        for person in self._people:
            left = {name: text for name, text in person.items() if name not in self.typed}
            if left and all(self.typed.get(name, text) == text for name, text in person.items()):
                return left
        return {}

    def notice(self, name: str) -> str:
        """Return what the service said, or will most likely say, of an answer that breaks no rule, or ""."""
        if finding := self._name_finding(name):
            return finding.sentence
        return self.model.notice(name, self.answers)

    def makes_sense(self, question: Question) -> bool:
        """Return whether a question is due, and worth asking after the other answers; one that has an answer is."""
        sensible = question.name in self.typed or self.model.makes_sense(question.name, self.answers)
        return sensible and self.is_due(question)

    def correction(self, name: str) -> str:
        """Return what was most likely meant by an answer as it was typed, or ""."""
        typed = self.typed.get(name)
        return self.model.correction(name, typed) if isinstance(typed, str) else ""

    def proof(self, name: str) -> str:
        """Return in a word what a check proved of a field as it is, or ""."""
        if self.section == "credentials":
            return self._acceptance(name) if self.session.parent.accepted else ""
        finding = self._name_finding(name)
        return AVAILABLE if finding and finding.state == "ok" else ""

    def warns(self, name: str) -> bool:
        """Return whether what the service said of an answer is a warning."""
        finding = self._name_finding(name)
        return finding is not None and finding.state == "warning"

    def _name_finding(self, name: str) -> Finding | None:
        """Return what the service said of the name, where that is told: at the field that makes it unique."""
        naming = self.section == "organization" and name == self.session.provider.name_field
        return self.session.name_finding if naming else None

    def _acceptance(self, name: str) -> str:
        """Return that a secret was accepted; the last one that is required says as whom, where that is known."""
        secrets = [question.name for question in self.asked if question.secret and question.name in self.typed]
        required = [question.name for question in self.asked if question.required and question.name in secrets]
        checked = self.session.parent.checked
        identity = checked.identity if checked else ""
        if name not in secrets:
            return ""
        return f"as {printable(identity)}" if identity and [name] == required[-1:] else ACCEPTED

    def suspect(self, name: str = "") -> Suspect | None:
        """Return the first field, or the one of that *name*, that a yes would put right; none among credentials."""
        wrong = {} if self.section == "credentials" else self.wrong()
        for question in self.asked:
            if name in ("", question.name) and wrong.get(question.name) == LOOKS_SECRET:
                texts = tuple(filter(REDACTOR.is_secret, _texts(self.answers.get(question.name))))
                return Suspect(question.title, texts) if texts else None
        return None

    @property
    def unset(self) -> dict[str, str]:
        """Return a sentence per answer that a plan or a profile left to a variable which is not set."""
        environ = self.session.bootstrap.discovery.environ
        named = {name: value.env for name, value in self.typed.items() if isinstance(value, Reference) and value.env}
        return {name: f"The variable {env} is not set." for name, env in named.items() if not environ.get(env)}


def _texts(value: Value) -> Iterator[str]:
    """Yield the text of an answer, or the names and values of its rows."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, row in value.items():
            yield name
            yield from (text for text in (row if isinstance(row, list) else [row]) if isinstance(text, str))


def connection_form(session: WizardSession) -> FormState:
    """Return the form of the chosen credential method, with what the user has already."""
    provider, draft = session.provider, session.draft
    model = provider.methods[draft.method]
    offers = {q.name: offer for q in questions(model) if (offer := session.bootstrap.discovery.credential(provider, q))}
    return FormState(session, "credentials", model, draft.credentials, offers)


def may_be_elsewhere(session: WizardSession, refused: WizardError) -> bool:
    """Return whether another site may know credentials that were refused; not where their shape tells what is wrong."""
    form = connection_form(session)
    hinted = any(question.hint(form.typed.get(question.name)) for question in form.asked)
    return session.provider.of_another_site(refused) and not hinted
