"""What a person asks of creations: how each is to end, and, while it runs, to end early."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    """What is asked for of each creation of a run: whether it waits until the org is ready, and which plan has it.

    `approved` is the fingerprint of the plan that somebody approved, "" where nobody was asked. `twins` allows a second
    org of a name that the parent has already: a wizard shows that before it asks, and a command is told by --again.
    """

    waits: bool = True
    approved: str = ""
    twins: bool = True


class Control:
    """Two wishes and a fact, set in the loop of the creation.

    `leave` asks to end at the next safe point: a request that left is still waited for and stored.
    `give_up` stops waiting for an answer too; the outcome is then unknown. `shown` says that a person was shown keys
    that are stored nowhere.
    """

    def __init__(self) -> None:
        self.leave = asyncio.Event()
        self.give_up = asyncio.Event()
        self.shown = asyncio.Event()

    def for_one(self) -> "Control":
        """Return the control of one creation among several that end early together."""
        control = Control()
        control.leave, control.give_up = self.leave, self.give_up
        return control
