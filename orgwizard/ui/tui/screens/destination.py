"""Where credentials are sent: the user's yes to a site, and the vendor's other sites that may know them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from orgwizard.ui.tui.widgets.dialogs import Ask, consent

if TYPE_CHECKING:
    from orgwizard.domain.org import Site
    from orgwizard.providers.order import Connection
    from orgwizard.ui.tui.screens.base import Step


async def agreed(step: Step) -> bool:
    """Return whether credentials may go to the site of the draft; the user is asked where that is open."""
    parent = step.session.parent
    if parent.site and not parent.agreed:
        if not await step.app.push_screen_wait(consent(parent.question)):
            return False
        parent.agree()
    return parent.agreed


async def other_site(step: Step, connection: Connection) -> Site | None:
    """Ask the vendor's other sites for credentials that this one refused; return the one to go on at.

    None where the user does not want that, or no site knows them.
    """
    from orgwizard.presentation.wizard import connect_flow  # its rules are loaded after the first screen

    session = step.session
    whether_to_ask = Ask(connect_flow.elsewhere_question(session, connection), yes="Try them", no="No")
    if not await step.app.push_screen_wait(whether_to_ask):
        return None
    step.say(f"Asking {session.provider.title}'s other sites. Esc cancels.")
    found = await asyncio.wrap_future(session.service.checks.elsewhere(session.provider, connection))
    if not found:
        step.say(connect_flow.nowhere_words(session), wrong=True)
        return None
    there = found[0]
    whether_to_move = Ask(connect_flow.belongs_question(there), yes=f"Use {there.title}", no="No")
    if not await step.app.push_screen_wait(whether_to_move):
        return None
    return there
