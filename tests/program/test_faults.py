"""Every fault of the table, for real: what the service saw, what was told, and where the new keys are."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.faults import FAULTS, Fault, Keys
from tests.scene import NAMES, Scene
from tests.servers import GIVEN, Certificate, Ended

# Where the keys must be, and what must be said of it.
PLACES = {
    Keys.STORE: ({"keys"}, ""),
    Keys.SAFE: ({"safe"}, ""),
    Keys.ODD: ({"keys", "answer"}, "The response itself is saved in"),
    Keys.AWAY: ({"keys", "answer"}, "saved in"),
    Keys.FALLBACK: ({"keys"}, "A store failed"),
    Keys.ANSWER: ({"answer"}, "may contain the keys"),
    Keys.SAVED: ({"answer"}, "A store failed"),
    Keys.SCREEN: ({"out"}, "A store failed"),
    Keys.LOST: (set(), "keys never arrived"),
    Keys.CUT: (set(), "may contain the keys"),
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
# Of the runs in a process of their own, these stand for their kinds; the others take their turn with `-m full`.
PROCESSES = (
    "the disk fills up",
    "the keyring fails after its probe",
    "SIGTERM",
    "SIGKILL while the keys are stored, then `resume`",
)


def rows() -> Iterator[Any]:
    """Yield every fault at its providers; of those that end alike, all but the first with `-m full`."""
    ends: Counter[tuple[object, ...]] = Counter()
    for number, fault in enumerate(FAULTS):
        for at, provider in enumerate(fault.providers):
            end = (provider, fault.requests, fault.outcome, fault.code, fault.keys, fault.made)
            turn = fault.what in PROCESSES if fault.alone else number % len(fault.providers) == at
            ends[end] += turn
            row = (fault, provider)
            quick = turn and (fault.alone or ends[end] == 1)
            yield pytest.param(row, id=named(row), marks=() if quick else pytest.mark.full)


@pytest.mark.parametrize("row", rows())
def test_a_fault(row: tuple[Fault, str], certificate: Certificate | None, tmp_path: Path) -> None:
    fault, provider = row
    if provider == "okta" and certificate is None:
        pytest.skip("there is no openssl command here")
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
