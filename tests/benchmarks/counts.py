"""Bytes: what each key, each Next and each Back sends, on every step; counted without a terminal, so on any machine."""

import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from orgwizard.tui.app import STEPS, Wizard
from orgwizard.tui.entry import Entry
from tests.tui.bench import bench
from tests.tui.offline import OfflineDriver, run_offline
from tests.tui.walk import ANSWERS, Walk

TYPED = "ab-c"
METHODS = {"okta": ("api-token", "access-token", "service-app"), "datadog": ("keys",)}


@dataclass
class Bytes:
    """What was sent, by us and by Textual's own driver, per step and cause."""

    keys: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    moves: dict[str, tuple[int, int]] = field(default_factory=dict)


class Counting(OfflineDriver):
    """Counts bytes as they would leave the terminal driver, which adds a CR to each LF."""

    ours = textuals = 0

    def saw(self, written: str, sent: str) -> None:
        self.ours += _size(sent)
        self.textuals += _size(written)


def _size(data: str) -> int:
    return len(data.replace("\n", "\r\n").encode())


class Counter:
    """Does things to a wizard and counts the bytes of each."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.found = walk, Bytes()

    async def cost(self, doing: Awaitable[None]) -> tuple[int, int]:
        """Return the bytes of something, ours and Textual's."""
        driver = self.walk.app._driver
        assert isinstance(driver, Counting)
        before = driver.ours, driver.textuals
        await doing
        await self.walk.settled()
        return driver.ours - before[0], driver.textuals - before[1]

    async def type_everywhere(self, step: str) -> None:
        """Type into each field that the step shows."""
        entries = [entry for entry in self.walk.screen.query(Entry) if entry in self.walk.screen.focus_chain]
        for entry in entries:
            entry.focus()
            await self.walk.settled()
            costs = self.found.keys.setdefault(f"{step}: {entry.id or ''}".removesuffix("-entry"), [])
            costs += [await self.cost(self.walk.write(character)) for character in TYPED]

    async def move(self, name: str, doing: Callable[[], Awaitable[None]]) -> None:
        """Go somewhere."""
        self.found.moves[name] = await self.cost(doing())


def count() -> Bytes:
    """Type into every field of every step, at both providers, and go from each step to the next and back."""
    found = Bytes()
    for provider in ANSWERS:
        with tempfile.TemporaryDirectory() as folder:
            desk = bench(Path(folder))
            app = Wizard(desk)

            async def play(pilot: Pilot[Any], app: Wizard = app, provider: str = provider) -> None:
                counter = Counter(Walk(pilot, app))
                await _travel(counter, provider)
                await _type(counter, provider)
                found.keys |= counter.found.keys
                found.moves |= counter.found.moves

            run_offline(app, Counting, play)
            desk.engine.close()
    return found


async def _travel(counter: Counter, provider: str) -> None:
    walk = counter.walk
    names = [name for name in STEPS if name != "create"]
    await walk.jump(STEPS["site"], provider)
    for before, after in zip(names, names[1:], strict=False):

        async def there(after: str = after) -> None:
            await walk.press("ctrl+n")
            await walk.until(STEPS[after])

        async def back(before: str = before) -> None:
            await walk.press("escape")
            await walk.until(STEPS[before])

        await counter.move(f"{provider}: {before} to {after}", there)
        await counter.move(f"{provider}: {after} to {before}", back)
        await there()


async def _type(counter: Counter, provider: str) -> None:
    walk = counter.walk
    for name in STEPS:
        for method in METHODS[provider] if name == "credentials" else METHODS[provider][:1]:
            if name == "create":
                continue
            ANSWERS[provider]["parent"]["method"] = method
            await walk.jump(STEPS[name], provider)
            await counter.type_everywhere(f"{provider} {method if name == 'credentials' else name}")
    ANSWERS[provider]["parent"]["method"] = METHODS[provider][0]
    await walk.jump(STEPS["review"], provider)
    await walk.press("ctrl+n")
    await counter.type_everywhere(f"{provider} confirm")


if __name__ == "__main__":
    f = count()
    for k, v in f.keys.items():
        print(k, v)
    for k, w in f.moves.items():
        print(k, w)
