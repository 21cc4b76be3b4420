"""What a face begins with: the service behind it is opened once, by whoever needs it first."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.application.service import Service
from orgwizard.domain.forms.draft import Draft
from orgwizard.presentation.wizard.start_menu import CONTINUE, StartMenu
from tests.tui.bench import bench


def fronted(service: Service, opened: list[Service], *, new: bool) -> Bootstrap:
    def open_service() -> Service:
        opened.append(service)
        return service

    return Bootstrap(service.discovery, service.engine, service.drafts, open_service, is_new=lambda: new)


def test_the_desk_is_opened_once_for_all_who_ask_at_the_same_time(tmp_path: Path) -> None:
    service, opened, together = bench(tmp_path), list[Service](), threading.Barrier(4)
    bootstrap = fronted(service, opened, new=True)

    def ask() -> Service:
        together.wait()
        return bootstrap.service

    with ThreadPoolExecutor(4) as pool:
        found = [asked.result() for asked in [pool.submit(ask) for _ in range(4)]]
    assert (found, opened) == ([service] * 4, [service])
    service.engine.close()


def test_a_beginning_without_attempts_and_profiles_does_without_the_desk(tmp_path: Path) -> None:
    service, opened = bench(tmp_path), list[Service]()
    assert StartMenu(fronted(service, opened, new=True), None).empty
    assert opened == []
    assert StartMenu(fronted(service, opened, new=False), None).empty
    assert opened == [service]
    service.engine.close()


def test_a_draft_alone_is_offered_at_once_and_with_its_step_later(tmp_path: Path) -> None:
    service, opened = bench(tmp_path), list[Service]()
    bootstrap, draft = fronted(service, opened, new=True), Draft("okta")
    first = StartMenu(bootstrap, draft, at_once=True)
    assert (first.rows()[CONTINUE], opened) == ("Resume draft for Okta", [])
    assert first.has_moved()
    whole = StartMenu(bootstrap, draft)
    assert whole.rows()[CONTINUE] == "Resume draft for Okta (step 1 of 7)"
    assert not whole.has_moved()
    service.engine.close()
