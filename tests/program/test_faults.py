"""Every fault of the table, for real: what the service saw, what was told, and where the new keys are."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.faults import FAULTS, Fault, Keys
from tests.scene import NAMES, Scene
from tests.servers import GIVEN, Certificate, Ended

ROWS = [(fault, provider) for fault in FAULTS for provider in fault.providers]
# Where the keys must be, and what must be said of it.
PLACES = {
    Keys.STORE: ({"keys"}, ""),
    Keys.SAFE: ({"safe"}, ""),
    Keys.ODD: ({"keys", "answer"}, "The response itself is saved in"),
    Keys.AWAY: ({"keys", "answer"}, "is kept in"),
    Keys.FALLBACK: ({"keys"}, "A store failed"),
    Keys.ANSWER: ({"answer"}, "may hold the keys"),
    Keys.SCREEN: ({"out"}, "A store failed"),
    Keys.PRINTED: ({"out", "answer"}, "A store failed"),
    Keys.LOST: (set(), "keys never arrived"),
    Keys.CUT: (set(), "may hold the keys"),
    Keys.OPEN: (set(), "not known whether the org was created"),
    Keys.ABSENT: (set(), "The response itself is saved in"),
    Keys.NONE: (set(), ""),
}


def named(row: tuple[Fault, str]) -> str:
    fault, provider = row
    return f"{provider}: {fault.what}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate | None:
    return servers.self_signed(tmp_path_factory.mktemp("tls"), "Test Root", NAMES)


ENDED_BY_SIGNAL = 128
Alone = dict[str, tuple[Scene, "Future[Ended]"]]


@pytest.fixture(scope="module")
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """Start the runs that need a process of their own, a few at a time, beside all others."""
    wanted = " ".join(item.name for item in request.session.items)
    with ThreadPoolExecutor(3) as pool:
        rows = [row for row in ROWS if row[0].alone and named(row) in wanted]
        scenes = {named(row): Scene(*row, tmp_path_factory.mktemp("alone") / "scene") for row in rows}
        yield {name: (scene, pool.submit(scene.run)) for name, scene in scenes.items()}


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_fault(row: tuple[Fault, str], alone: Alone, certificate: Certificate | None, tmp_path: Path) -> None:
    fault, provider = row
    if provider == "okta" and certificate is None:
        pytest.skip("there is no openssl command here")
    if fault.alone:
        scene, running = alone[named(row)]
        ended = running.result()
    else:
        scene = Scene(fault, provider, tmp_path / "scene")
        scene.certificate = certificate
        ended = scene.run()
    said = ended.json()
    assert (scene.posted, said["outcome"], ended.code) == (fault.requests, fault.outcome, fault.code)
    assert scene.made == fault.made
    if scene.second:  # another program with the same order: it is told of the first
        assert (scene.second.code, scene.second.json()["outcome"]) == (7, None)
        assert said["attempt"] in scene.second.json()["error"]["message"]
    hold(scene, ended, said)


def hold(scene: Scene, ended: Ended, said: dict[str, Any]) -> None:
    """Hold the end against what is on disk, and what was said against both."""
    places, words = PLACES[scene.fault.keys]
    assert scene.places(ended) == places
    assert words in (said["error"] or {"message": ""})["message"]
    if scene.fault.code < ENDED_BY_SIGNAL:  # else the org may have been ready before the signal was heeded
        assert bool(said["error"]) == bool(scene.fault.code)
    assert not [secret for secret in GIVEN if secret in ended.out + ended.err or scene.home.holding(secret)]
    assert "Traceback" not in ended.err
    known = "unknown" if scene.fault.keys == Keys.SCREEN else said["outcome"]  # the journal could not be written
    for record in scene.records():
        assert (record["attempt"], record["outcome"], record["running"]) == (said["attempt"], known, False)
