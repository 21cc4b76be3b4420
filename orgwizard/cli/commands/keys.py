"""The keys of a child org: moved to another store."""

import argparse
import tomllib
from typing import Any

from orgwizard.application.move_keys import Moved, move_keys
from orgwizard.cli import wiring
from orgwizard.domain.errors import BadInput, Exit
from orgwizard.domain.json_result import result_object
from orgwizard.storage.profiles import Profile
from orgwizard.ui.batch.confirmation import confirm_word
from orgwizard.ui.batch.streams import write_json, write_stdout


def move(arguments: argparse.Namespace) -> int:
    """Move the keys of a child org to another store; returns the exit code."""

    def agrees(question: str) -> bool:
        if not arguments.yes:
            confirm_word(question, "move", "move them", "move needs --yes for a store that cannot be read")
        return True

    moved = move_keys(wiring.service(arguments), arguments.name, store_value(arguments.to), agrees)
    if arguments.json:
        kept = {"stored": dict(moved.kept.reference)} if moved.kept else {}
        write_json({**result_object(), **profile_members(moved.profile), **kept, "remarks": list(moved.remarks)})
    else:
        write_stdout("\n".join(_moved_lines(moved)))
    return Exit.READY


def _moved_lines(moved: Moved) -> list[str]:
    name = moved.profile.name
    if moved.kept is None:
        return [f"The keys of {name} are there already. Nothing was moved.", *moved.remarks]
    return [f"The keys of {name} are {moved.kept.words}.", *moved.remarks]


def store_value(text: str) -> Any:
    """Return a store as a plan gives it: a name, or a table such as { command = ["program"] }."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        return tomllib.loads(f"store = {text}")["store"]
    except tomllib.TOMLDecodeError:
        raise BadInput("--to: this is no table in TOML.", 'For example: { command = ["program"] }') from None


def profile_members(profile: Profile) -> dict[str, Any]:
    """Return the members of the one object of --json that a profile knows."""
    org = profile.org
    return {
        "profile": profile.name,
        "attempt": profile.attempt or None,
        "provider": profile.provider,
        "site": profile.site,
        "org": {"id": org.id, "name": org.name, "url": org.url},
    }
