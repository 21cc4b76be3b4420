"""What a face tells a running creation: to end early, and that keys were shown."""

import asyncio


class Control:
    """Two wishes and a fact, set in the loop of the creation.

    `leave` asks to end at the next safe point: a request that left is still waited for and stored.
    `give_up` stops waiting for an answer too; the outcome is then unknown. `shown` says that a person was shown keys
    that are stored nowhere.
    """

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self.leave = asyncio.Event()
        self.give_up = asyncio.Event()
        self.shown = asyncio.Event()

    def for_one(self) -> "Control":
        """Return the control of one creation among several that end early together."""
        control = Control()
        control.leave, control.give_up = self.leave, self.give_up
        return control
