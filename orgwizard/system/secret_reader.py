"""Where a secret is read from, at the moment it is used: a variable, a file, a command or the keyring."""

import codecs
import os
import shlex
import stat
from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import SecretStr

from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.secrets.redactor import REDACTOR
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.system import config_files, private_files
from orgwizard.system.keyring_client import ask_keyring
from orgwizard.system.keyring_faults import patience
from orgwizard.system.subprocesses import OUTPUT_BYTES, PATIENCE_SECONDS, run


def read(
    reference: Reference,
    environ: Mapping[str, str] = os.environ,
    *,
    seconds: float = PATIENCE_SECONDS,
    without: Collection[str] = (),
) -> SecretStr:
    """Return the secret; a command or keyring gets *seconds* to answer, and a command no variable of *without*.

    Raises `BadInput` where there is none, or it cannot be read, is empty or not UTF-8 text.
    """
    try:
        secret = _secret(reference, environ, seconds, without)
    except BadInput:
        raise
    except WizardError as fault:
        raise BadInput(fault.cause, fault.advice) from None
    if not secret:
        raise BadInput(f"The secret {reference.describe()} is empty.")
    REDACTOR.learn(secret)
    return SecretStr(secret)


def _secret(reference: Reference, environ: Mapping[str, str], seconds: float, without: Collection[str]) -> str:
    if reference.env:
        return _from_variable(reference.env, environ)
    if reference.file:
        return _from_file(reference)
    if reference.command:
        return _from_command(reference.command, seconds, without)
    return _from_keyring(*reference.entry, seconds)


def _from_variable(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise BadInput(f"The environment variable {name} is not set.", f"Set and export {name} first.")
    return environ[name]


def _from_file(reference: Reference) -> str:
    path = path_of(reference)
    try:
        # Mounted secrets are often links: unlike our own files, these are followed.
        data = private_files.read(path, OUTPUT_BYTES, follow=True)
    except FileNotFoundError:
        raise BadInput(f"The file {path} does not exist.") from None
    if reference.key:
        return _member(data, reference.key, path)
    return _text(data, f"The file {path}").rstrip("\r\n")


def path_of(reference: Reference) -> Path:
    """Return the file of a reference, from the home folder where it begins with ~; raises `BadInput`."""
    try:
        return Path(reference.file or "").expanduser()
    except RuntimeError:
        raise BadInput(f"There is no home folder for {reference.file}.", "Write the full path.") from None


def _text(data: bytes, source: str) -> str:
    """Decode *data*, less the mark that some editors put in front; raises `BadInput`.

    UTF-16 is known by its mark: Windows PowerShell writes files so.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        fault = BadInput(f"{source} did not return UTF-8 text.")
        if data[:1] == b"\x30":  # a DER sequence
            fault = BadInput(
                f"{source} is binary, perhaps a key as DER or PKCS #12.", "Convert it to PEM with openssl."
            )
    raise fault  # outside: the decoding error carries the bytes


def _member(data: bytes, key: str, path: Path) -> str:
    try:
        value = config_files.exact(config_files.parse(path, data), key)
    except config_files.ConfigSyntaxError as odd:
        fault = BadInput(f"The file {path} is not valid {odd}, so {key} cannot be read.")
    else:
        if value:
            return value
        fault = BadInput(f"The file {path} has no text under the key {key}.")
    raise fault


def _from_command(command: tuple[str, ...], seconds: float, without: Collection[str]) -> str:
    ended = run(command, seconds=seconds, without=without)
    if ended.code:
        raise BadInput(f"The command {command[0]} {ended.words}.", "Try it in a shell first.")
    text = _text(ended.output, f"The command {command[0]}")
    return text.removesuffix("\n").removesuffix("\r")


def _from_keyring(service: str, username: str, seconds: float) -> str:
    secret = ask_keyring(lambda ring: ring.get_password(service, username), seconds=patience(seconds))
    if secret is None:
        raise BadInput(f"The keyring contains no entry {username} of the service {service}.")
    return secret


def remark(reference: Reference) -> str:
    """Return a warning about a file of the user's own that others can read, or ""."""
    if not reference.file:
        return ""
    try:
        path = path_of(reference)
        status = path.stat()
    except (OSError, BadInput):
        return ""
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        return ""
    if status.st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return f"Other users can read {reference.file}. Run: chmod go-rwx {shlex.quote(str(path))}"
    return ""
