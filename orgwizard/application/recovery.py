"""What an interrupted attempt needs again: its parent's credentials, and its child's keys from where they are."""

from contextlib import suppress
from urllib.parse import urlsplit

from pydantic import SecretStr

from orgwizard.application.connection.discovery import Discovery
from orgwizard.application.draft_reader import DraftReader
from orgwizard.application.order_builder import recalled
from orgwizard.domain.address import is_loopback
from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.contract import Provider
from orgwizard.storage.attempts.record import Record
from orgwizard.storage.stores.keyring_store import keys_of_attempt
from orgwizard.storage.stores.secret_stores import label_of
from orgwizard.storage.stores.stored_reference import sources


class Recovery:
    """Finds secrets where an attempt had or put them; the keyring gets *seconds* to answer."""

    def __init__(self, reader: DraftReader, discovery: Discovery, seconds: float) -> None:
        self._reader, self._discovery, self._seconds = reader, discovery, seconds

    def parents_credentials(self, provider: Provider, record: Record) -> tuple[Fields | None, str]:
        """Return the parent's credentials from where the attempt had them, or from the environment.

        If they are nowhere, return None and a sentence that says which are required.
        """
        draft = Draft(provider.key)
        draft.section("parent").update({"site": record.site, "method": record.access.method or provider.default_method})
        try:
            asked = questions(provider.methods[draft.method])
            if self.belongs_to(provider, record.site):
                offers = {question.name: self._discovery.credential(provider, question) for question in asked}
                draft.credentials.update({name: offer.typed for name, offer in offers.items() if offer})
            draft.credentials.update(recalled(provider.methods[draft.method], record.access.sources))
            self._refuse_of_another_site(provider, draft)
            return self._reader.connection(provider, draft).credentials, ""
        except (WizardError, KeyError, AttributeError) as missing:
            return None, _needed(provider, draft.method, missing)

    def belongs_to(self, provider: Provider, site: str) -> bool:
        """Return whether what the user has at hand is for *site*: it says so, or nothing and that is a vendor's."""
        offer, meant = self._discovery.site(provider), provider.site(site)
        if offer is None or offer.file in self._discovery.files_here(provider):  # anybody may have put a file here
            return not (meant.question or is_loopback(urlsplit(meant.url).hostname or ""))
        with suppress(BadInput):
            return provider.site(str(offer.typed)).url == meant.url
        return False

    def _refuse_of_another_site(self, provider: Provider, draft: Draft) -> None:
        """Raise `BadInput` where the draft's variables are now those of another site than the draft's."""
        offer = self._discovery.site(provider)
        named = [value.env for value in draft.credentials.values() if isinstance(value, Reference) and value.env]
        if named and offer and not self.belongs_to(provider, draft.site):
            raise BadInput(f"${named[0]} is now for {offer.typed}, not for {draft.site}.")

    def with_keyring_keys(self, provider: Provider, record: Record) -> tuple[Record, str]:
        """Return the record with the keys that the keyring has of it, though the journal could not say so.

        Where the keyring cannot be asked, a sentence that says so, else "".
        """
        if not record.may_be_in_keyring:
            return record, ""
        names = dict.fromkeys(filter(None, (record.mark, (record.org or {}).get("name"), record.name)))
        labels = [label_of(provider.key, name) for name in names]
        try:
            stored = keys_of_attempt(record.id, labels, provider.secret_titles, seconds=self._seconds)
        except WizardError as fault:
            return record, f"Its keys may be in the system keyring. {fault.cause}"
        return (record.model_copy(update={"state": "stored", "stored": stored}) if stored else record), ""

    def child_keys(self, provider: Provider, record: Record) -> dict[str, SecretStr]:
        """Return the child's secrets from the store that has them; {} where none can be read."""
        keys: dict[str, SecretStr] = {}
        for name, source in sources(record.reference, provider.secret_titles).items():
            with suppress(WizardError):
                keys[name] = self._reader.read(source)
        return keys


def _needed(provider: Provider, method: str, missing: Exception) -> str:
    """Say which of the parent's credentials a look-up needs, and why they are not there."""
    secret = [question for question in questions(provider.methods.get(method) or Fields) if question.secret]
    titles = " and ".join(question.title for question in secret) or "credentials"
    why = f" {missing.cause}" if isinstance(missing, WizardError) else ""
    variables = " and ".join(f"${question.env[0]}" for question in secret if question.env)
    return f"To check, orgwizard needs the parent's {titles}.{why}{f' Set {variables}.' if variables else ''}"
