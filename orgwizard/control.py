"""How a running creation is told to end early."""

import asyncio


class Control:
    """Two wishes, set in the loop of the creation.

    `leave` asks to end at the next safe point: a request that left is still waited for and stored.
    `give_up` stops waiting for an answer too; the outcome is then unknown.
    """

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self.leave = asyncio.Event()
        self.give_up = asyncio.Event()
