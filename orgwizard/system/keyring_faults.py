"""What is wrong with a system keyring: which it is, why it cannot be used, and what to do; its own words stay out.

Sources: the backends of the library keyring, and Apple's list of Security framework result codes.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping

PROMPTLESS_SECONDS = 2.0
_OTHERS = "or choose the private file or a command"
_ADVICE = "Choose the private file or a command, or unlock the keyring and try again."
_UNLOCK_MAC = f"Run: security unlock-keychain (in this same session), {_OTHERS}."
_UNLOCK_GNOME = f"Unlock it (gnome-keyring-daemon --unlock in this session, or at the desktop), {_OTHERS}."
_APPLE: Mapping[int, tuple[str, str]] = {
    -25308: ("macOS cannot ask for its password here, as over ssh (-25308)", _UNLOCK_MAC),
    -25293: ("macOS did not accept its password (-25293)", _UNLOCK_MAC),
    -25307: ("there is no default keychain (-25307)", f"Create one with Keychain Access, {_OTHERS}."),
    -128: ("access was denied (-128)", f"Allow access when macOS asks, {_OTHERS}."),
}
_FAULTS: Mapping[str, str] = {
    "NoKeyringError": "no keyring is running",
    "KeyringLocked": "it is locked",
    "InitError": "it could not be opened",
}
_UNLOCK: Mapping[str, str] = {
    "kwallet": f"Open the wallet (kwallet-query -l kdewallet, or KWalletManager), {_OTHERS}.",
    "SecretService": _UNLOCK_GNOME,
    "libsecret": _UNLOCK_GNOME,
}
_STATUS = re.compile(r"\((-\d{3,6})\b")


def has_no_prompt(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether nobody would see the prompt of a locked keyring: there is no screen, as over ssh."""
    return platform.startswith("linux") and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def patience(seconds: float) -> float:
    """Return how long a keyring may take that may have to ask for its password."""
    return min(seconds, PROMPTLESS_SECONDS) if has_no_prompt() else seconds


def switched_off(ring: object) -> tuple[str, str]:
    """Return cause and advice for a backend that keeps nothing, ("", "") for every other."""
    if _kind(ring) != "null":
        return "", ""
    advice = f"Check PYTHON_KEYRING_BACKEND and keyringrc.cfg, {_OTHERS}."
    return "The system keyring is switched off: its backend is null, which stores nothing.", advice


def keyring_fault(ring: object, error: BaseException) -> tuple[str, str]:
    """Return cause and advice for what a backend raised; *ring* is None where there was not even one."""
    for status in _statuses(error):
        if status in _APPLE:
            words, advice = _APPLE[status]
            return f"The keychain cannot be used: {words}.", advice
    kind, name = _kind(ring), type(error).__name__
    fault = _FAULTS.get(name, "it reported an error")
    return f"The system keyring{_named(kind)} cannot be used: {fault}.", _UNLOCK.get(kind, _ADVICE)


def silent_fault(ring: object, seconds: float) -> tuple[str, str]:
    """Return cause and advice for a keyring that did not answer in time: mostly it waits for its password."""
    kind = _kind(ring)
    why = ", perhaps because it is locked and cannot ask for its password here" if has_no_prompt() else ""
    words = f"The system keyring{_named(kind)} cannot be used: it did not answer within {seconds:g} seconds{why}."
    return words, _UNLOCK.get(kind, _ADVICE)


def _statuses(error: BaseException | None) -> Iterator[int]:
    """Yield Apple's result codes in an error and in those that it came of."""
    while error is not None:
        for argument in error.args:
            match = _STATUS.search(argument) if isinstance(argument, str) else None
            yield argument if isinstance(argument, int) else int(match[1]) if match else 0
        error = error.__cause__


def _kind(ring: object) -> str:
    """Return the module of the backend that is used, such as "kwallet": of a chain, that of its first."""
    first = next(iter(getattr(ring, "backends", ())), ring)
    module = type(first).__module__
    return module.rpartition(".")[2] if module.startswith("keyring.backends.") else ""


def _named(kind: str) -> str:
    return f" ({kind})" if kind in _UNLOCK else ""
