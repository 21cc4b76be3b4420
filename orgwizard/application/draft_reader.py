"""From a draft to what can be sent: secrets are read at the moment of use, unseen by the commands that are run."""

from collections.abc import Mapping

from pydantic import SecretStr

from orgwizard.application import order_builder
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.providers.contract import Provider
from orgwizard.providers.order import Connection, Order
from orgwizard.system import secret_reader


class DraftReader:
    """Reads secrets with the variables of *environ*; *used* collects the names of those that secrets were read from."""

    def __init__(self, environ: Mapping[str, str], used: set[str]) -> None:
        self._environ, self._used = environ, used

    def read(self, reference: Reference) -> SecretStr:
        """Read a secret at the moment of use; raises `BadInput`."""
        if reference.env:
            self._used.add(reference.env)
        return secret_reader.read(reference, self._environ, without=self._used)

    def connection(self, provider: Provider, draft: Draft) -> Connection:
        """Return the validated connection; raises `BadInput` and `BadFields`."""
        self._hide(draft)
        return order_builder.connection(provider, draft, self.read)

    def order(self, provider: Provider, draft: Draft) -> Order:
        """Return the validated order; raises `BadInput` and `BadFields`."""
        self._hide(draft)
        return order_builder.order(provider, draft, self.read)

    def order_at(self, connected: Connection, provider: Provider, draft: Draft) -> Order:
        """Return the validated order of a draft at a parent that is connected already; raises as `order` does."""
        self._hide(draft)
        return order_builder.order_at(connected, provider, draft, self.read)

    def remarks(self, draft: Draft) -> list[str]:
        """Return warnings about where a draft's secrets lie, such as a file that others can read."""
        return [remark for remark in map(secret_reader.remark, draft.references()) if remark]

    def _hide(self, draft: Draft) -> None:
        """Remember the variables of a draft's secrets before the first command is run: it sees none of them."""
        self._used.update(value.env for value in draft.references() if value.env)
