"""What the tool adds to the create request: journal, spool, store and reading back, against a bare httpx POST."""

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag

import httpx

from orgwizard.application.runner import Engine
from orgwizard.domain.clock import Clock
from orgwizard.domain.events import KEEP, STORE, Event, Progress, Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.network.transport import Transport
from orgwizard.providers import provider_of
from tests.servers import DATADOG_CREATED, ENVIRONMENT, DatadogServer, json_answer, serving
from tests.tui.bench import bench

TIMES = 7


def added_seconds() -> float:
    """Return the median time from the journal's first line to the keys read back, less that of a bare POST."""
    created = json_answer(200, DATADOG_CREATED)
    with serving(DatadogServer(created)) as server:
        ours = [_create_seconds(server.url) for _ in range(TIMES)]
        bare = [_post_seconds(server.url + DatadogServer.create_path) for _ in range(TIMES)]
    return statistics.median(ours) - statistics.median(bare)


def _post_seconds(url: str) -> float:
    with httpx.Client(trust_env=False) as client:
        before = time.perf_counter()
        client.post(url, json={"name": "My Child"}).raise_for_status()
        return time.perf_counter() - before


def _create_seconds(url: str) -> float:
    provider, ended = provider_of("datadog"), Flag()
    seen: dict[tuple[str, str], float] = {}

    def tell(event: Event) -> None:
        if isinstance(event, Progress):
            seen[event.stage, event.state] = time.perf_counter()
        if isinstance(event, Result):
            ended.set()

    with tempfile.TemporaryDirectory() as folder:
        service = bench(Path(folder))
        service.engine.close()
        transport, engine = Transport(None, None), Engine()
        service = replace(
            service, send=transport.send, engine=engine, clock=Clock(), environ=ENVIRONMENT, sandbox_values={}
        )
        transport.warm()
        service.creations.create(provider, service.reader.order(provider, _draft(url)), "file", tell)
        while (KEEP, "ok") not in seen and not ended.wait(0.01):
            pass
        engine.leave()
        engine.close()
    return seen[KEEP, "ok"] - seen[STORE, "ok"]


def _draft(url: str) -> Draft:
    draft = Draft("datadog")
    draft.section("parent").update({"site": url, "method": "keys"})
    draft.credentials.update({"api_key": Reference(env="DD_API_KEY"), "application_key": Reference(env="DD_APP_KEY")})
    draft.section("organization")["name"] = "My Child"
    return draft
