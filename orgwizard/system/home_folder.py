"""Whose home the files of this run would lie in: told before anything is created where that is not the user's own."""

import os
import pwd
from collections.abc import Callable, Mapping
from pathlib import Path

from orgwizard.domain.errors import LocalFailure

_VARIABLES = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
_OWN = "Set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_DATA_HOME, to a folder of your own."
_NOTHING = "Nothing was sent."
_ROOT = 0


def require_own_home(
    environ: Mapping[str, str] = os.environ,
    user: int | None = None,
    owner_of: Callable[[Path], int] = lambda path: path.stat().st_uid,
) -> None:
    """Raise `LocalFailure` where HOME or an XDG variable leads to no folder, or to one of another user.

    The XDG variables are judged here and not by platformdirs: its versions differ in what they do with relative paths.
    *user* is the effective user id, that of this process if None.
    """
    set_ones = {name: environ[name] for name in _VARIABLES if environ.get(name)}
    for name, value in set_ones.items():
        if not Path(value).is_absolute():
            raise _fault(f"{name} is not an absolute path{_why_not(value)}.", f"Write {name} as a full path.")
    if len(set_ones) < len(_VARIABLES):
        _judge_home(environ, os.geteuid() if user is None else user, owner_of)


def no_home(words: str) -> LocalFailure:
    """Return the failure of a run whose files belong nowhere; *words* say why."""
    return _fault(f"{words}, so orgwizard cannot tell where its files belong.", _OWN)


def _why_not(value: str) -> str:
    if value.startswith("~"):
        return ": only a shell replaces ~"
    return ": the variable in it was not replaced" if value.startswith("$") else ""


def _judge_home(environ: Mapping[str, str], user: int, owner_of: Callable[[Path], int]) -> None:
    home = _home(environ, user)
    if not home.is_absolute() or not home.name:
        words = f"HOME is {environ['HOME'] or 'empty'}" if "HOME" in environ else "Your account has no home folder"
        raise no_home(words)
    try:
        owner = owner_of(home)
    except OSError:  # whoever makes a folder there says what is wrong
        return
    if owner == user or (owner == _ROOT and user != _ROOT):
        return
    whose = f"The home folder {home} belongs to {_name(owner)}, but orgwizard runs as {_name(user)}"
    if user == _ROOT:
        advice = "Run it without sudo, or with sudo -H for root's own home."
        raise _fault(f"{whose}: its files would be unreadable to {_name(owner)}.", advice)
    raise _fault(f"{whose}.", f"Log in with su - instead of su. {_OWN}")


def _home(environ: Mapping[str, str], user: int) -> Path:
    """Return the home folder as HOME or the system's list of users names it; "." where there is none."""
    if "HOME" in environ:
        return Path(environ["HOME"])
    try:
        return Path(pwd.getpwuid(user).pw_dir)
    except KeyError:
        return Path()


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _fault(cause: str, advice: str) -> LocalFailure:
    return LocalFailure(cause, advice, meaning=_NOTHING)
