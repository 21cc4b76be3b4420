"""What a creation is handed by those who do I/O: the network, the journal, the stores, time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from orgwizard.application.creation.chosen_store import ChosenStore
from orgwizard.domain.clock import Clock
from orgwizard.domain.control import Control, Wishes
from orgwizard.domain.events import Result
from orgwizard.domain.http import Send
from orgwizard.storage.attempts.journal import Journal


@dataclass(frozen=True)
class Tools:
    """What the flow works with: what sends requests, the journal, the store, time, and profiles.

    `fallback` is tried where `vault` fails after the org exists; `save_profile` returns a profile's name; `options` are
    those that the program needs to find the same journal again; `again` is the user's wish for a second org of the
    same order.
    """

    send: Send
    journal: Journal
    vault: ChosenStore
    fallback: ChosenStore
    clock: Clock
    save_profile: Callable[[Result], str]
    control: Control = field(default_factory=Control)
    options: str = ""
    again: bool = False
    wishes: Wishes = field(default_factory=Wishes)
