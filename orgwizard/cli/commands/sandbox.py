"""The pretend services, served on a port of this machine."""

import argparse
import sys

from orgwizard.cli import wiring
from orgwizard.domain.clock import SystemClock
from orgwizard.domain.errors import Exit, LocalFailure
from orgwizard.providers import provider_of


def serve(arguments: argparse.Namespace) -> int:
    """Serve one of them until Ctrl+C; returns the exit code."""
    provider = provider_of(arguments.provider).key
    try:
        from orgwizard.sandbox import http_server
    except ModuleNotFoundError:
        raise LocalFailure(
            "Serving the sandbox needs the extra `serve`.",
            "Install it with: pip install 'orgwizard[serve]'",
            meaning="Nothing was started.",
        ) from None
    print(f"The sandbox takes any plausible credentials, such as: {_ready_made(provider)}", file=sys.stderr)
    try:
        http_server.serve(provider, arguments.port, SystemClock(arguments.sandbox_speed), started=_announce)
    except OSError as error:
        cause = f"Cannot listen on port {arguments.port}: {error.strerror}."
        raise LocalFailure(cause, "Choose another one, or none.", meaning="Nothing was started.") from None
    return Exit.READY


def _announce(url: str) -> None:
    print(url, flush=True)


def _ready_made(provider: str) -> str:
    found = wiring.sandbox_credentials()
    del found["okta.site"]  # served, it is wherever it is served
    return ", ".join(f"{name.partition('.')[2]} {value}" for name, value in found.items() if name.startswith(provider))
