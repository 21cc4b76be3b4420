"""What connecting to a parent org decides, however it is drawn: trying at once, moving to another site, saving."""

from pydantic import SecretStr

from orgwizard.domain.errors import WizardError
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.org import Site
from orgwizard.presentation.wizard.form_state import connection_form
from orgwizard.presentation.wizard.step_order import section
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers.order import Connection
from orgwizard.system.file_faults import cause_of

CHECKING = "Checking credentials (read-only)."


def missing_field(session: WizardSession) -> str | None:
    """Return the first field that a connection lacks which is to be tried at once, "" if it is whole.

    None if the user is to be asked for the connection. Told once: whoever comes back is asked.
    """
    at_once, session.tries_at_once = session.tries_at_once, False
    return next(iter(connection_form(session).problems()), "") if at_once else None


def forget_refusals(session: WizardSession) -> None:
    """Forget what was refused of the credentials: it was about others."""
    session.refusals = {path: words for path, words in session.refusals.items() if section(path) != "credentials"}


def elsewhere_question(session: WizardSession, connection: Connection) -> str:
    """Return the question whether the provider's other sites are asked for a key that this one does not know."""
    title = session.provider.title
    return (
        f"{title} doesn't recognize the API key at {connection.site.title}. Try it on its other sites? "
        "The key is sent to each of them; nothing is changed."
    )


def belongs_question(site: Site) -> str:
    """Return the question whether to go on at the site that knows the key."""
    return f"This key belongs to {site.title} ({site.key}). Connect there?"


def nowhere_words(session: WizardSession) -> str:
    """Return what is said where no other site knows the key."""
    return f"No other site of {session.provider.title} recognizes it either."


def move_to(session: WizardSession, site: Site) -> None:
    """Take another site as the parent's, to which nothing was connected yet."""
    session.draft.section("parent")["site"] = site.key
    forget_refusals(session)
    session.disconnect()


def save(session: WizardSession) -> tuple[bool, str]:
    """Save a connection that was tried as a profile; return whether that worked, and a sentence."""
    connection, checked = session.parent.connection, session.parent.checked
    if connection is None or checked is None:
        raise ValueError("nothing is connected")
    try:
        name = session.service.profile_saver.save_parent(session.provider, connection, checked.parent)
    except (WizardError, OSError) as error:
        return False, f"The connection was not saved: {cause_of(error)}"
    return True, f"Saved as {name}." + (" Typed secrets were not saved." if _typed_secrets(session) else "")


def _typed_secrets(session: WizardSession) -> bool:
    """Return whether the user typed a secret; the sandbox's own are none of theirs."""
    provider, draft, discovery = session.provider, session.draft, session.bootstrap.discovery
    return any(
        isinstance(value := draft.credentials.get(question.name), SecretStr)
        and not discovery.source(provider, question, value)
        for question in questions(provider.methods[draft.method])
    )
