"""Where this run keeps its files, and what its commands work with; imports that cost time are made where needed."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport

    from orgwizard.application.bootstrap import Bootstrap
    from orgwizard.application.plans.plan_file import Plan
    from orgwizard.application.runner import Engine
    from orgwizard.application.service import Service
    from orgwizard.domain.clock import Clock
    from orgwizard.domain.scenario import Scenario
    from orgwizard.storage.attempts.journal import Journal
    from orgwizard.storage.profiles import Profiles
    from orgwizard.storage.stores.vault import Vault


@dataclass(frozen=True)
class Folders:
    """Where this run keeps things; attempts and drafts are in `state`."""

    profiles: Path
    state: Path
    keys: Path

    @property
    def attempts(self) -> Path:
        """Return the folder of the journal."""
        return self.state / "attempts"


def folders(*, sandbox: bool) -> Folders:
    """Return the folders that platformdirs names; the sandbox has its own below them.

    Raises `LocalFailure` where they would not lie in the user's own home.
    """
    from platformdirs import PlatformDirs

    from orgwizard.system.home_folder import no_home, require_own_home

    require_own_home()
    below = "sandbox" if sandbox else "."
    try:
        dirs = PlatformDirs("orgwizard", appauthor=False)
        found = Folders(
            profiles=dirs.user_config_path / below / "profiles",
            state=dirs.user_state_path / below,
            keys=dirs.user_data_path / below / "keys",
        )
    except (RuntimeError, KeyError):
        found = None
    if found is None or not all(place.is_absolute() for place in (found.profiles, found.state, found.keys)):
        raise no_home("There is no home folder")
    return found


def bootstrap(arguments: argparse.Namespace) -> "Bootstrap":
    """Put together what the wizard begins with; it opens the service while the user reads."""
    from orgwizard.application.bootstrap import Bootstrap
    from orgwizard.application.connection.discovery import Discovery
    from orgwizard.application.runner import Engine
    from orgwizard.storage.drafts import Drafts
    from orgwizard.system import coredumps

    coredumps.forbid()
    place, engine = folders(sandbox=arguments.sandbox), Engine()
    return Bootstrap(
        Discovery(os.environ, sandbox_credentials() if arguments.sandbox else {}),
        engine,
        Drafts(place.state),
        lambda: service(arguments, engine),
        sandbox=arguments.sandbox,
        scenarios=_scenarios() if arguments.sandbox else (),
        is_new=lambda: not any(_holds_something(folder) for folder in (place.attempts, place.profiles)),
    )


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except FileNotFoundError:
        return False
    except OSError:  # whoever reads it says what is wrong with it
        return True


def service(arguments: argparse.Namespace, engine: "Engine | None" = None) -> "Service":
    """Put together what a face works at."""
    from orgwizard.application.connection.token_exchange import TokenExchange
    from orgwizard.application.runner import Engine
    from orgwizard.application.service import Service
    from orgwizard.domain.clock import Clock
    from orgwizard.network.transport import Transport
    from orgwizard.storage.drafts import Drafts
    from orgwizard.storage.profiles import Profiles
    from orgwizard.system import coredumps

    coredumps.forbid()
    clock = Clock(arguments.sandbox_speed if arguments.sandbox else 1.0)
    place = folders(sandbox=arguments.sandbox)
    used: set[str] = set()
    attempts = journal(sandbox=arguments.sandbox, clock=clock)
    transport = Transport(arguments.ca_file, _sandbox_backend(clock) if arguments.sandbox else None)
    return Service(
        send=TokenExchange(transport.send, clock).send,
        engine=engine or Engine(),
        clock=clock,
        journal=attempts,
        profiles=Profiles(place.profiles),
        drafts=Drafts(place.state),
        vault=_vault(place, attempts, journal(sandbox=not arguments.sandbox, clock=clock), used),
        used=used,
        environ=os.environ,
        sandbox_values=sandbox_credentials() if arguments.sandbox else {},
        warm=transport.warm,
    )


def _vault(place: Folders, attempts: "Journal", others: "Journal", used: set[str]) -> "Vault":
    """Return the stores for new keys; *others* are attempts whose names in a store are taken, too."""
    from orgwizard.storage.stores.vault import Vault

    return Vault(
        place.keys,
        without=used,
        names_in_use=lambda: attempts.names_in_use() | others.names_in_use(),
        giving=attempts.note_giving,
    )


def journal(*, sandbox: bool, clock: "Clock | None" = None) -> "Journal":
    """Return the journal of the attempts, in which *clock* tells the time; without it, the machine's does."""
    from orgwizard.domain.clock import Clock
    from orgwizard.storage.attempts.journal import Journal

    def with_keys() -> "Mapping[str, Mapping[str, str]]":
        from orgwizard.storage.stores.secret_stores import attempts_with_keys  # slow to import, and rarely needed

        return attempts_with_keys(place.keys)

    place = folders(sandbox=sandbox)
    return Journal(place.attempts, clock or Clock(), with_keys, of_sandbox=sandbox)


def profiles(arguments: argparse.Namespace) -> "Profiles":
    """Return the saved profiles."""
    from orgwizard.storage.profiles import Profiles

    return Profiles(folders(sandbox=arguments.sandbox).profiles)


def plan(arguments: argparse.Namespace) -> "Plan":
    """Read the plan that the command line names; raises `BadInput`."""
    from orgwizard.application.plans.plan_file import load
    from orgwizard.application.plans.plan_source import STDIN
    from orgwizard.application.profile_draft import draft_from
    from orgwizard.ui.batch.streams import write_stderr

    if str(arguments.plan) == STDIN and os.isatty(0):
        write_stderr("Reading the plan from the terminal. Ctrl+D ends it.")
    read = load(arguments.plan, arguments.set, lambda name: draft_from(profiles(arguments).find(name)))
    arguments.wanted = read.wanted  # whatever fails from here on names the org
    return read


# ---- the sandbox ----


def _sandbox_backend(clock: "Clock") -> "AsyncBaseTransport":
    from orgwizard.sandbox.router import World
    from orgwizard.sandbox.transport import SandboxTransport

    return SandboxTransport(World(clock))


def sandbox_credentials() -> dict[str, str]:
    """Return the site and the credentials that the sandbox takes, by provider and field."""
    from orgwizard.sandbox.scenarios import CREDENTIALS, SITES

    return {**CREDENTIALS, **SITES}


def _scenarios() -> list["Scenario"]:
    from orgwizard.sandbox.scenarios import SCENARIOS

    return list(SCENARIOS)
