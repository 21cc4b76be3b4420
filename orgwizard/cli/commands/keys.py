"""The keys of a child org: moved to another store, tried, and taken back."""

import argparse
import tomllib
from collections.abc import Callable, Mapping

from orgwizard.application.keys.key_check import check_keys
from orgwizard.application.keys.move_keys import Moved, move_keys
from orgwizard.application.keys.replace_keys import Replacement, replace_token
from orgwizard.application.keys.undo import require_name, support_request, undo
from orgwizard.cli import wiring
from orgwizard.cli.sandbox_hints import find_profile
from orgwizard.domain.errors import KEYS_NOT_VALID, BadInput, Exit, NoResponse, Refused, WizardError
from orgwizard.domain.json_result import result_object
from orgwizard.presentation import text_report
from orgwizard.presentation.json.json_report import key_check_as_json
from orgwizard.providers.aftercare import Aftercare, Undo
from orgwizard.storage.profiles import Profile
from orgwizard.ui.batch.confirmation import agrees_on_a_terminal, confirm_word, read_secret
from orgwizard.ui.batch.streams import write_json, write_stderr, write_stdout


def move(arguments: argparse.Namespace) -> int:
    """Move the keys of a child org to another store, or replace them; returns the exit code."""
    if arguments.replace:
        return _replace(arguments)
    if arguments.to is None or arguments.revoke:
        words = "--revoke requires --replace." if arguments.revoke else "move requires --to STORE, or --replace."
        raise BadInput(words, "For example: --to pass", code="usage")

    def agrees(question: str) -> bool:
        if not arguments.yes:
            confirm_word(question, "move", "move them", "move needs --yes for a store that cannot be read")
        return True

    moved = move_keys(wiring.service(arguments), find_profile(arguments).name, store_value(arguments.to), agrees)
    return _tell_moved(moved, as_json=arguments.json)


def _replace(arguments: argparse.Namespace) -> int:
    def new_token(profile: Profile, aftercare: Aftercare) -> str:
        return read_secret(f"New token of {profile.org.name}", (f"At {profile.org.url}:", *aftercare.replacing))

    def revokes(_: Profile) -> bool:
        return arguments.revoke or agrees_on_a_terminal("The new token is stored. Revoke the old one?", "revoke")

    target = None if arguments.to is None else store_value(arguments.to)
    moved = replace_token(
        wiring.service(arguments), find_profile(arguments).name, target, Replacement(new_token, revokes)
    )
    return _tell_moved(moved, as_json=arguments.json)


def _tell_moved(moved: Moved, *, as_json: bool) -> int:
    if as_json:
        stored = dict(moved.kept.reference) if moved.kept else None
        write_json(result_object(**profile_members(moved.profile), stored=stored, remarks=list(moved.remarks)))
    else:
        now = f"are {moved.kept.words}." if moved.kept else "are there already. Nothing was moved."
        write_stdout("\n".join([f"The keys of {moved.profile.name} {now}", *moved.remarks]))
    return Exit.READY


def check(arguments: argparse.Namespace) -> int:
    """Say whether the stored keys of a child org are still valid; returns the exit code."""
    service = wiring.service(arguments)
    checked = check_keys(service, find_profile(arguments))
    error = _CHECK_ERRORS.get(checked.state.state, lambda _: None)(checked.state.words)
    if arguments.json:
        write_json(result_object(error, **profile_members(checked.profile), keys=key_check_as_json(checked)))
    else:
        write_stdout("\n".join(text_report.key_check(checked)))
    return error.exit_code if error else Exit.READY


_CHECK_ERRORS: Mapping[str, Callable[[str], WizardError]] = {
    "invalid": lambda words: Refused(words, meaning=KEYS_NOT_VALID),
    "unclear": lambda words: NoResponse(words, meaning="It is not known whether the stored keys are valid."),
}


def disable(arguments: argparse.Namespace) -> int:
    """Take back what can be taken back of a child org, after its name was typed; returns the exit code."""

    def confirm(profile: Profile, call: Undo) -> None:
        if arguments.confirm is None:
            name, needed = profile.org.name, "disable needs --confirm with the name of the org"
            confirm_word(_about(profile, call), name, call.deed, needed)
        else:
            require_name(profile, arguments.confirm)

    service = wiring.service(arguments)
    profile = find_profile(arguments)
    if arguments.confirm is not None:
        require_name(profile, arguments.confirm)  # before the keys are tried
    try:
        ended = undo(service, profile.name, confirm)
    except WizardError as error:
        if profile.kind == "child" and (isinstance(error, Refused) or not profile.secrets):
            return _left_to_support(profile, error, as_json=arguments.json)
        raise
    support = list(ended.support)
    if arguments.json:
        members = profile_members(ended.profile)
        write_json(result_object(**members, remarks=[ended.done.words], support="\n".join(support)))
    else:
        write_stdout("\n".join([ended.done.words, "", "For anything else, send this to support:", "", *support]))
    return Exit.READY


def _left_to_support(profile: Profile, error: WizardError, *, as_json: bool) -> int:
    """Print what kept the call from being made, and the text to send to support instead; returns the exit code."""
    support = "\n".join(support_request(profile))
    if as_json:
        write_json(result_object(error, **profile_members(profile), support=support))
    else:
        write_stdout(support)
    write_stderr("\n".join([*error.lines(), "For support, send the text on stdout."]))
    return error.exit_code


def _about(profile: Profile, call: Undo) -> str:
    org = profile.org
    return f"Org {org.name} ({org.id}) at {org.url or profile.site}: this will {call.deed}. It cannot be undone here."


def store_value(text: str) -> object:
    """Return a store as a plan gives it: a name, or a table such as { command = ["program"] }."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        return tomllib.loads(f"store = {text}")["store"]
    except tomllib.TOMLDecodeError:
        raise BadInput("--to: this is not a TOML table.", 'For example: { command = ["program"] }') from None


def profile_members(profile: Profile) -> dict[str, object]:
    """Return the members of the one object of --json that a profile knows."""
    org = profile.org
    return {
        "profile": profile.name,
        "attempt": profile.attempt or None,
        "provider": profile.provider,
        "site": profile.site,
        "org": {"id": org.id, "name": org.name, "url": org.url},
    }
