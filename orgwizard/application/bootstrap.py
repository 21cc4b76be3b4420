"""What a face begins with: enough for its first screen at once, and the desk behind it, which takes longer to load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from orgwizard.application.discovery import Belongings
from orgwizard.application.runner import Engine
from orgwizard.storage.drafts import Drafts

if TYPE_CHECKING:
    from orgwizard.application.service import Desk


class Magic(Protocol):
    """A name that makes the sandbox misbehave."""

    @property
    def provider(self) -> str: ...  # noqa: D102 - as the docstring of the class says

    @property
    def where(self) -> str: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def what(self) -> str: ...  # noqa: D102


class Front:
    """One run of a face.

    `desk` is put together by whoever asks for it first; `magic` are the sandbox's names, and `is_new` tells whether
    there is nothing yet that the desk would have to be asked for: no attempt and no profile.
    """

    def __init__(
        self,
        belongings: Belongings,
        engine: Engine,
        drafts: Drafts,
        open_desk: Callable[[], Desk],
        *,
        sandbox: bool = False,
        magic: Sequence[Magic] = (),
        is_new: Callable[[], bool] = lambda: False,
    ) -> None:
        self.belongings, self.engine, self.drafts = belongings, engine, drafts
        self.sandbox, self.magic, self.is_new = sandbox, magic, is_new
        self._open_desk = open_desk
        self._desk: Desk | None = None
        self._opening = threading.Lock()

    @property
    def desk(self) -> Desk:
        """Return the desk; whoever comes second waits for it."""
        with self._opening:
            if self._desk is None:
                self._desk = self._open_desk()
            return self._desk
