"""Every change on disk that a creation makes fails in its turn: python -m tests.sweep [PROVIDER...].

Whatever fails: one create request, the truth told at once and by `orgs` and `resume` afterwards, and the keys found.
"""

import argparse
import errno
import itertools
import json
import os
import random
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.failing import Failing
from tests.servers import (
    CHILD_API_KEY,
    CHILD_APPLICATION_KEY,
    CHILD_ID,
    CHILD_TOKEN,
    DATADOG_CREATED,
    OKTA_CREATED,
    DatadogServer,
    Ended,
    Home,
    OktaServer,
    Peer,
    Seen,
    Vendor,
    json_answer,
    serving,
)

SPEED = 500.0
NEVER_SENT = (2, 4)  # a folder that cannot be used is found wanting like a plan
KINDS = tuple(itertools.product((errno.ENOSPC, errno.EIO), (False, True)))
KEYS = {"okta": (CHILD_TOKEN,), "datadog": (CHILD_API_KEY, CHILD_APPLICATION_KEY)}
CREATE = {"okta": OktaServer.create_path, "datadog": DatadogServer.create_path}


class Datadog(DatadogServer):
    """Lists the child once it is made."""

    def __init__(self) -> None:
        super().__init__(self._made)
        self._children: list[Any] = []

    def _made(self, peer: Peer) -> None:
        attributes = {"name": "My Child", "public_id": CHILD_ID}
        self._children = [{"id": "u-2", "type": "orgs", "attributes": attributes}]
        peer.send(json_answer(200, DATADOG_CREATED))

    def reply(self, seen: Seen) -> bytes:
        if seen.path == "/api/v2/org":
            return json_answer(200, {"data": {"id": "u-1", "type": "current_org"}, "included": self._children})
        return super().reply(seen)


def vendor(provider: str) -> Vendor:
    return Datadog() if provider == "datadog" else OktaServer(json_answer(201, OKTA_CREATED))


@dataclass
class Point:
    """One creation, a change of which fails (`at` 0: none), and what came after it without a fault."""

    provider: str
    at: int = 0
    number: int = errno.EIO
    lasting: bool = False
    changes: list[str] = field(default_factory=list)
    created: Ended = field(default_factory=lambda: Ended(0, "{}", ""))
    listed: Ended = field(default_factory=lambda: Ended(0, "{}", ""))
    resumed: Ended = field(default_factory=lambda: Ended(0, "{}", ""))
    repeated: Ended = field(default_factory=lambda: Ended(0, "{}", ""))
    posted: int = 0
    posted_in_the_end: int = 0
    on_disk: bool = False

    def __str__(self) -> str:
        change = self.changes[self.at - 1] if 0 < self.at <= len(self.changes) else "-"
        lasting = " and all after it" if self.lasting else ""
        return f"{self.provider} {self.at} {errno.errorcode[self.number]}{lasting}: {change}"

    def run(self, failing: Failing, folder: Path) -> "Point":
        """Create with the fault; then list, resume and repeat without it."""
        home = Home(folder)
        with serving(vendor(self.provider)) as server:
            plan = home.okta(server.url) if self.provider == "okta" else home.datadog(server.url)
            create = ("create", "--plan", plan, "--yes", "--json")
            fault = {"at": self.at, "number": self.number, "lasting": self.lasting}
            self.created, self.changes = failing.run(home, *create, **fault)
            self.posted = len(server.asked("POST", CREATE[self.provider]))
            self.on_disk = all(home.holding(key) for key in KEYS[self.provider])
            self.listed, _ = failing.run(home, "orgs", "--json")
            self.resumed, _ = failing.run(home, "resume", "--json")
            self.repeated, _ = failing.run(home, *create)
            self.posted_in_the_end = len(server.asked("POST", CREATE[self.provider]))
        return self

    # ---- what must not be ----

    def complaints(self) -> list[str]:
        """Return what must not be."""
        ends = (self.created, self.listed, self.resumed, self.repeated)
        broken = any(end.code in (1, -9) or "Traceback" in end.err or not end.out for end in ends)
        if broken:
            return ["a fault of the program's own"]
        found = self._after_the_request() if self.posted else self._before_the_request()
        found |= {"sent twice": self.posted > 1 or self.posted_in_the_end > 1}
        found |= {"still under way": any(org["running"] for org in self._orgs)}
        return [words for words, true in found.items() if true]

    def _before_the_request(self) -> dict[str, bool]:
        said, after, again = self.created.json(), self.resumed.json(), self.repeated.json()
        # A journal that can neither be written nor mended ends with a line about a request that did not leave.
        proven = {"not_created", "unknown"} if self.lasting and self.number == errno.EIO else {"not_created"}
        stopped = "unknown" in proven and again["outcome"] == "unknown" and not self.posted_in_the_end
        return {
            "told as something else than not created": said["outcome"] != "not_created",
            "ended with another code than one for that": self.created.code not in NEVER_SENT,
            "listed as more than not created": any(org["outcome"] not in proven for org in self._orgs),
            "resumed as more than not created": after["outcome"] not in {None, *proven},
            "the order is blocked": not stopped and (again["outcome"] != "created" or self.posted_in_the_end != 1),
        }

    def _after_the_request(self) -> dict[str, bool]:
        said, resumed, repeated = self.created.json(), self.resumed.json(), self.repeated.json()
        later = self.listed.out + self.listed.err + self.resumed.out + self.resumed.err
        printed = all(key in self.created.out for key in KEYS[self.provider])
        return {
            "told as something else than created": said["outcome"] != "created",
            "keys are lost": not self.on_disk and not printed,
            "keys are not where it says": not self._kept(said) and not printed,
            "a good end that is none": self.created.code == 0 and (bool(said["error"]) or not self._kept(said)),
            "forgotten": len(self._orgs) != 1,
            "listed as not created": any(org["outcome"] == "not_created" for org in self._orgs),
            "keys that are there are told as lost": self.on_disk and "lost" in later,
            "keys that are there are not found by resume": self.on_disk and not self._found(resumed),
            "resumed as something else than created": resumed["outcome"] not in (None, *self._provable),
            "repeated as something else than created": repeated["outcome"] not in self._provable,
        }

    @property
    def _provable(self) -> set[str]:
        """Return what can be known later; this pretended Okta has no address of the child's to look at."""
        forgotten = self.provider == "okta" and self.lasting and not self.on_disk
        return {"created", "unknown"} if forgotten else {"created"}

    @property
    def _orgs(self) -> list[dict[str, Any]]:
        return list(self.listed.json()["orgs"])

    def _kept(self, said: dict[str, Any]) -> bool:
        """Return whether what was said to hold the keys does."""
        path = Path((said.get("stored") or {}).get("file") or "/nowhere")
        words = path.read_text() if path.is_file() else json.dumps(said)
        return all(key in words for key in KEYS[self.provider]) or "saved in" in words

    def _found(self, resumed: dict[str, Any]) -> bool:
        """Return whether `resume` knows the keys' file, or there was nothing to resume and `orgs` does."""
        return self._kept(resumed) if resumed["outcome"] else all(map(self._kept, self._orgs))


@contextmanager
def forkers() -> Iterator[list[Failing]]:
    """Start a few processes that fork runs."""
    with Failing(SPEED) as first, Failing(SPEED) as second:
        yield [first, second]


def points(provider: str, changes: int, kinds: Sequence[tuple[int, bool]] = KINDS) -> list[Point]:
    """Return every change failing in every way."""
    return [Point(provider, at, *kind) for kind in kinds for at in range(1, changes + 1)]


def sampled(chosen: Sequence[Point], size: int) -> list[Point]:
    """Return some of the points, others in each run; the seed is printed, and SWEEP_SEED repeats a run."""
    seed = int(os.environ.get("SWEEP_SEED") or secrets.randbelow(10**6))
    print(f"SWEEP_SEED={seed}")
    return random.Random(seed).sample(chosen, min(size, len(chosen)))  # noqa: S311 - nothing is guarded by it


def swept(chosen: Sequence[Point], folder: Path) -> list[Point]:
    """Run all points, a few at a time."""
    folder.mkdir(exist_ok=True)
    with forkers() as all_forkers, ThreadPoolExecutor(len(all_forkers)) as pool:

        def part(number: int) -> list[Point]:
            mine = range(number, len(chosen), len(all_forkers))
            return [chosen[index].run(all_forkers[number], folder / str(index)) for index in mine]

        return list(itertools.chain(*pool.map(part, range(len(all_forkers)))))


def complaints(done: Sequence[Point]) -> list[str]:
    """Return a line for each point with something that must not be."""
    return [f"{point}: {', '.join(found)}" for point in done if (found := point.complaints())]


def main() -> int:
    """Sweep, print what must not be, and fail where there is any."""
    parser = argparse.ArgumentParser(prog="python -m tests.sweep")
    parser.add_argument("providers", nargs="*", default=sorted(KEYS))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for provider in parser.parse_args().providers:
            (whole,) = swept([Point(provider)], Path(folder) / provider)
            done = swept(points(provider, len(whole.changes)), Path(folder) / f"{provider}-faults")
            bad = complaints((whole, *done))
            print(f"{provider}: {len(whole.changes)} changes, {len(done)} failures, {len(bad)} told or kept wrongly")
            print("\n".join(bad))
            failed += len(bad)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
