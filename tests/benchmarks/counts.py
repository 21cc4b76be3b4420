"""Bytes: what each key, each Next and each Back sends, on every step; counted without a terminal, so on any machine."""

import asyncio
import itertools
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from orgwizard.ui.tui.app import Wizard
from orgwizard.ui.tui.navigation import all_steps
from orgwizard.ui.tui.widgets.answer_input import Entry
from tests.tui.bench import bench, fronted
from tests.tui.offline import OfflineDriver, run_offline
from tests.tui.textual_inside import driver_of
from tests.tui.walk import ANSWERS, KEYS, Walk

TYPED = {
    "site": "acme.okta.com",
    "name": "My Child Org",
    "subdomain": "mychild",
    "website": "https://example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "login": "ada.lovelace@example.com",
    "password": "Correct-Horse-9",
    "recovery_question": "Which was your first telescope?",
    "recovery_answer": "A brass refractor",
    "client_id": "0oa1a2b3c4d5e6f7g8h9",
    "": "create",
}
SECRET = "00a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0"  # as long as an Okta API token
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

    def __init__(self, walk: Walk, found: Bytes) -> None:
        self.walk, self.found = walk, found

    async def cost(self, doing: Awaitable[None]) -> tuple[int, int]:
        """Return the bytes of something, ours and Textual's."""
        driver = driver_of(self.walk.app)
        assert isinstance(driver, Counting)
        before = driver.ours, driver.textuals
        await doing
        seen = -1
        while seen != driver.textuals:
            seen = driver.textuals
            await self.walk.pilot.pause()
        return driver.ours - before[0], driver.textuals - before[1]

    async def type_everywhere(self, step: str) -> None:
        """Type into each field that the step shows, as one who comes to it for the first time."""
        entries = [entry for entry in self.walk.screen.query(Entry) if entry in self.walk.screen.focus_chain]
        costs = self.found.keys.setdefault(step, []) if entries else []
        for entry in entries:
            entry.focus()
            await self.walk.settled()
            self.walk.app.session.touched.clear()
            entry.value = ""
            await self.walk.settled()
            text = TYPED.get((entry.id or "").removesuffix("-entry"), SECRET)
            costs += [await self.cost(self.key(character)) for character in text]

    async def key(self, character: str) -> None:
        """Type one character, without the pauses that Textual makes around a key in its own tests."""
        self.walk.app.post_message(Key(KEYS.get(character, character), character))
        await asyncio.sleep(0)
        await self.walk.app.typeahead.idle.wait()

    async def move(self, name: str, doing: Callable[[], Awaitable[None]]) -> None:
        """Go somewhere."""
        self.found.moves[name] = await self.cost(doing())


def count() -> Bytes:
    """Type into every field of every step, at both providers, and go from each step to the next and back."""
    found = Bytes()
    for provider in ANSWERS:
        _count_at(provider, found)
    return found


def _count_at(provider: str, found: Bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        service = bench(Path(folder))
        app = Wizard(fronted(service))

        async def play(pilot: Pilot[Any]) -> None:
            counter = Counter(Walk(pilot, app), found)
            await _type(counter, provider)
            await _travel(counter, provider)

        run_offline(app, Counting, play)
        service.engine.close()
    assert not app.crash, app.crash


async def _travel(counter: Counter, provider: str) -> None:
    """Go from each step to the next, back, and on again."""
    walk = counter.walk
    await walk.jump(all_steps()["site"], provider)
    for before, after in itertools.pairwise(name for name in all_steps() if name != "create"):
        forward, back = partial(_go, walk, "ctrl+n", after), partial(_go, walk, "escape", before)
        await counter.move(f"{provider}: {before} to {after}", forward)
        await counter.move(f"{provider}: {after} to {before}", back)
        await forward()


async def _go(walk: Walk, key: str, name: str) -> None:
    await walk.press(key)
    await walk.until(all_steps()[name])


async def _type(counter: Counter, provider: str) -> None:
    """Type on each step, and in the dialog that confirms the review."""
    walk, parent = counter.walk, ANSWERS[provider]["parent"]
    for name in ("site", "organization", "administrator", "store"):
        await walk.jump(all_steps()[name], provider)
        for section in ("organization", "administrator"):
            walk.draft.section(section).clear()
        await walk.app.navigator.go(name)
        await counter.type_everywhere(f"{provider}: {name}")
    usual = parent["method"]
    for parent["method"] in METHODS[provider]:
        await walk.jump(all_steps()["credentials"], provider)
        await counter.type_everywhere(f"{provider}: credentials, {parent['method']}")
    parent["method"] = usual
    await walk.jump(all_steps()["review"], provider)
    await walk.press("ctrl+n")
    await counter.type_everywhere(f"{provider}: the word that confirms")
