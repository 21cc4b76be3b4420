"""The sandbox's services, served on a port of this machine."""

import argparse
import sys
from dataclasses import asdict
from functools import partial

from orgwizard.domain.clock import Clock
from orgwizard.domain.errors import BadInput, Exit, LocalFailure
from orgwizard.domain.json_result import result_object
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.sandbox.scenarios import CREDENTIALS, SCENARIOS
from orgwizard.ui.batch.streams import write_json, write_stdout


def run(arguments: argparse.Namespace) -> int:
    """Serve one of them until Ctrl+C, or list the names that make them misbehave; returns the exit code."""
    provider = provider_of(arguments.provider).key if arguments.provider else ""
    if arguments.names:
        return _list_names(provider, as_json=arguments.json)
    if not provider:
        known = [known.key for known in PROVIDERS]
        raise BadInput(f"Which service: {' or '.join(known)}?", f"Run: orgwizard sandbox {known[0]}", code="usage")
    return _serve(arguments, provider)


def _list_names(provider: str, *, as_json: bool) -> int:
    """Print the test names of one provider, or of all."""
    listed = [one for one in SCENARIOS if provider in ("", one.provider)]
    if as_json:
        write_json(result_object(names=[asdict(one) for one in listed]))
    else:
        write_stdout("\n".join(f"{one.provider:<8} {one.where:<13} {one.name:<26} {one.what}" for one in listed))
    return Exit.READY


def _serve(arguments: argparse.Namespace, provider: str) -> int:
    try:
        from orgwizard.sandbox import http_server
    except ModuleNotFoundError:
        raise LocalFailure(
            "Serving the sandbox requires uvicorn, which is not installed.",
            f"Install it: {sys.executable} -m pip install 'uvicorn>=0.30'",
            meaning="Nothing was started.",
        ) from None
    print(_how_to_use(provider), file=sys.stderr)
    try:
        http_server.serve(
            provider,
            arguments.port,
            Clock(arguments.sandbox_speed),
            started=partial(_announce, as_json=arguments.json),
        )
    except OSError as error:
        cause = f"Cannot listen on port {arguments.port}: {error.strerror}."
        raise LocalFailure(cause, "Choose another port, or leave it out.", meaning="Nothing was started.") from None
    return Exit.READY


def _announce(url: str, *, as_json: bool) -> None:
    if as_json:
        write_json(result_object(url=url))
    else:
        write_stdout(url)


def _how_to_use(provider: str) -> str:
    """Return how a client connects, and credentials to copy."""
    of_it = {name.partition(".")[2]: value for name, value in CREDENTIALS.items() if name.startswith(provider)}
    return "\n".join(
        (
            f"A sandbox {provider_of(provider).title} runs at the address below until Ctrl+C; its orgs end with it.",
            "Use that address as the site, without --sandbox. Any plausible credentials are accepted, for example:",
            *(f"  {name:<15} {value}" for name, value in of_it.items()),
        )
    )
