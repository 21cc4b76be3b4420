"""What a face begins with: the desk behind it is opened once, by whoever needs it first."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orgwizard.application.bootstrap import Front
from orgwizard.application.service import Desk
from orgwizard.presentation.start_menu import Beginnings
from tests.tui.bench import bench


def fronted(desk: Desk, opened: list[Desk], *, new: bool) -> Front:
    def open_desk() -> Desk:
        opened.append(desk)
        return desk

    return Front(desk.belongings, desk.engine, desk.drafts, open_desk, is_new=lambda: new)


def test_the_desk_is_opened_once_for_all_who_ask_at_the_same_time(tmp_path: Path) -> None:
    desk, opened, together = bench(tmp_path), list[Desk](), threading.Barrier(4)
    front = fronted(desk, opened, new=True)

    def ask() -> Desk:
        together.wait()
        return front.desk

    with ThreadPoolExecutor(4) as pool:
        found = [asked.result() for asked in [pool.submit(ask) for _ in range(4)]]
    assert (found, opened) == ([desk] * 4, [desk])
    desk.engine.close()


def test_a_beginning_without_attempts_and_profiles_does_without_the_desk(tmp_path: Path) -> None:
    desk, opened = bench(tmp_path), list[Desk]()
    assert Beginnings(fronted(desk, opened, new=True), None).empty
    assert opened == []
    assert Beginnings(fronted(desk, opened, new=False), None).empty
    assert opened == [desk]
    desk.engine.close()
