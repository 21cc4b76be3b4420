"""Keys that `disable` took back: no command hands them on to a tool that would fail with them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from orgwizard.domain.errors import KEYS_NOT_VALID, NOTHING_DONE, Refused
from orgwizard.domain.text.moment import when_written
from orgwizard.providers import provider_of
from orgwizard.storage.profiles import Profile

if TYPE_CHECKING:
    from orgwizard.storage.attempts.record import Record


def require_not_revoked(profile: Profile, look_up: Callable[[str], "Record | None"], options: str = "") -> None:
    """Raise `Refused` if the keys of *profile* were taken back; its attempt, which *look_up* finds, knows when.

    *options* are those of this run to repeat in a command, such as "--sandbox".
    """
    if profile.kind != "child" or profile.undo != "done":
        return
    record = look_up(profile.attempt)
    aftercare = provider_of(profile.provider).aftercare
    done = f"{aftercare.taken_back.format(profile.org.name)} with orgwizard disable"
    at = when_written(record.undone, None) if record else ""
    raise Refused(
        f"{done} ({at})." if at else f"{done}.",
        f"Create a token and store it: orgwizard move {profile.name} --replace {options}".rstrip()
        if aftercare.replacing
        else f"To use the org again, ask {aftercare.title} support to enable it: {aftercare.support}",
        meaning=f"{KEYS_NOT_VALID} {NOTHING_DONE}",
    )
