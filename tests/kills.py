"""Kills creations at random moments and checks what is left: python -m tests.kills [--runs N] [--seed N].

No attempt may be forgotten, none sent twice, and no key lost that had arrived some time before the kill.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, TimeoutExpired
from typing import Any

from tests import servers
from tests.faults import Fault, Keys, text
from tests.scene import NAMES, PATIENCE_SECONDS, Scene
from tests.servers import Certificate, Ended, Peer, http

SPEED = 30.0  # Okta's half minute of settling takes a second
GRACE_SECONDS = 0.05
LONGEST_ANSWER_SECONDS = 0.3
AT_ONCE = 3


@dataclass
class Kill:
    """One creation, killed a while after it began (or, where `early`, was started)."""

    provider: str
    after_seconds: float
    pauses: tuple[float, float]
    early: bool = False
    arrived_at: float = float("inf")
    killed_at: float = 0.0
    orgs: list[dict[str, Any]] = field(default_factory=list)
    resumed: Ended = field(default_factory=lambda: Ended(0, "{}", ""))
    places: set[str] = field(default_factory=set)
    posted: int = 0

    @classmethod
    def at_random(cls, chance: random.Random) -> "Kill":
        """Return a kill at any moment; most fall between the first request and the end."""
        provider = chance.choice(("okta", "datadog"))
        longest = 2.5 if provider == "okta" else 1.0
        pauses = chance.uniform(0, LONGEST_ANSWER_SECONDS), chance.uniform(0, LONGEST_ANSWER_SECONDS / 5)
        return cls(provider, chance.uniform(0, longest), pauses, early=chance.random() < 0.1)

    def answer(self, scene: Scene, peer: Peer) -> None:
        """Create the org and say so in two pieces, slowly; note when the last byte was sent."""
        scene.take(peer)
        data = http(scene.success, text(scene.documented))
        time.sleep(self.pauses[0])
        peer.send(data[:-60])
        time.sleep(self.pauses[1])
        peer.send(data[-60:])
        self.arrived_at = time.monotonic()

    def run(self, folder: Path, certificate: Certificate | None) -> "Kill":
        """Create, kill, list, resume."""
        fault = Fault("SIGKILL", True, 1, "created", 0, Keys.STORE, create=self.answer, speed=SPEED)
        scene = Scene(fault, self.provider, folder)
        scene.certificate = certificate
        with scene.vendor() as options:
            with scene.home.start(*options, *scene.command, stdout=DEVNULL, stderr=DEVNULL) as running:
                if not self.early:
                    scene.server.connected.wait(PATIENCE_SECONDS)
                with suppress(TimeoutExpired):
                    running.wait(self.after_seconds)
                self.killed_at = time.monotonic()
                running.kill()
            self.orgs = scene.home.run("orgs", "--json").json()["orgs"]
            self.resumed = scene.home.run("resume", "--json", *options)
        self.posted, self.places = scene.posted, scene.places(self.resumed)
        return self

    @property
    def arrived(self) -> bool:
        """Return whether the keys had fully arrived before the kill."""
        return self.arrived_at < self.killed_at

    def complaints(self, grace_seconds: float) -> list[str]:
        """Return what must not be."""
        said = self.resumed.json()
        open_once = [org for org in self.orgs if org["state"] != "ready"]
        kept = self.places == {"keys"}
        somewhere = not self.places.isdisjoint({"keys", "answer"})  # half a response is kept beside what came of it
        early_enough = self.arrived_at + grace_seconds < self.killed_at
        found = {
            "an attempt was forgotten": len(self.orgs) != 1 and self.posted > 0,
            "an order was sent twice": self.posted > 1,
            "keys were lost": early_enough and not kept,
            "keys were lost in silence": self.posted > 0 and not somewhere and said.get("error") is None,
            "an org was not settled": self.posted > 0 and bool(open_once) and said["outcome"] != "created",
            "an org was told that is not": self.posted == 0 and said["outcome"] == "created",
        }
        return [words for words, true in found.items() if true]


def kills(runs: int, seed: int, folder: Path) -> list[Kill]:
    """Kill some creations, a few at a time; the same seed chooses the same moments."""
    certificate = servers.self_signed(folder, "Test Root", NAMES)
    chosen = [Kill.at_random(random.Random(f"{seed}/{number}")) for number in range(runs)]  # noqa: S311 - no secret
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda kill, n: kill.run(folder / str(n), certificate), chosen, range(runs)))


def summary(done: Sequence[Kill], grace_seconds: float) -> str:
    """Return the figures in one line."""
    states = Counter(org["state"] for kill in done for org in kill.orgs)
    complaints = Counter(words for kill in done for words in kill.complaints(grace_seconds))
    parts = [
        f"{len(done)} kills",
        f"{sum(kill.posted > 0 for kill in done)} with a request at the service",
        f"{sum(kill.arrived for kill in done)} with its answer delivered",
        f"{sum(kill.places == {'keys'} for kill in done)} with the keys stored in the end",
        "found as " + ", ".join(f"{state} {count}" for state, count in sorted(states.items())),
        ", ".join(f"{words}: {count}" for words, count in complaints.items()) or "nothing forgotten, twice or lost",
    ]
    return "; ".join(parts)


def main() -> int:
    """Kill, print the figures, and fail where something must not be."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.kills", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        done = kills(arguments.runs, arguments.seed, Path(folder))
    print(summary(done, GRACE_SECONDS))
    for number, kill in enumerate(done):
        for words in kill.complaints(GRACE_SECONDS):
            print(f"  kill {number}, {kill.provider}, after {kill.after_seconds:.3f} s: {words}")
    return any(kill.complaints(GRACE_SECONDS) for kill in done)


if __name__ == "__main__":
    sys.exit(main())
