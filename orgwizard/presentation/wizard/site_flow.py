"""What choosing a provider and its site decides, however it is drawn."""

from orgwizard.domain.errors import BadInput
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.contract import Provider

OTHER, OTHER_TITLE = "other", "Other API URL"  # the row for a URL that is typed


def choose_provider(session: WizardSession, key: str) -> None:
    """Take a provider; another one than before has not been connected to."""
    if key != session.draft.provider:
        session.draft.provider = key
        session.disconnect()


def row_of(provider: Provider, typed: str) -> str:
    """Return which row of a provider's sites is meant: the first one by nothing, `OTHER` by what is not listed."""
    if not typed:
        return provider.sites[0].key if provider.sites else OTHER
    try:
        found = provider.site(typed).key
    except BadInput:
        return OTHER
    return found if found in {site.key for site in provider.sites} else OTHER
