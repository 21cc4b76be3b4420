"""Every fault of the table, for real: what the service saw, what was told, and where the new keys are."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import servers
from tests.faults import FAULTS, Fault, Keys
from tests.scene import NAMES, Scene
from tests.servers import GIVEN, Certificate, Ended

ROWS = [(fault, provider) for fault in FAULTS for provider in fault.providers]
PLACES = {
    Keys.STORE: {"keys"},
    Keys.ODD: {"keys", "answer"},
    Keys.FALLBACK: {"keys"},
    Keys.ANSWER: {"answer"},
    Keys.SCREEN: {"screen"},
    Keys.PRINTED: {"screen", "answer"},
    Keys.LOST: set(),
    Keys.OPEN: set(),
    Keys.NONE: set(),
}


def named(row: tuple[Fault, str]) -> str:
    fault, provider = row
    return f"{provider}: {fault.what}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate | None:
    return servers.self_signed(tmp_path_factory.mktemp("tls"), "Test Root", NAMES)


Alone = dict[str, tuple[Scene, "Future[Ended]"]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """Start the runs that need a process of their own, a few at a time, beside all others."""
    with ThreadPoolExecutor(3) as pool:
        scenes = {
            named(row): Scene(*row, tmp_path_factory.mktemp("alone") / "scene") for row in ROWS if row[0].alone
        }
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
    print(ended.err, ended.out)
    said = ended.json()
    assert (scene.posted, said["outcome"], ended.code) == (fault.requests, fault.outcome, fault.code)
    assert scene.made == fault.made
    where = {Keys.STORE: {"safe"}}.get(fault.keys) if fault.store != '"file"' else None
    assert scene.places(ended) == (where or PLACES[fault.keys])
    print(said)
