"""The tools of secret stores, played from their manuals: what those refuse, these refuse.

`Tools.run` plays them in this process. `install` puts a program of each name into a folder for the search path; what
those keep is in the JSON file that STORE_TOOLS names.
"""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

Entries = dict[str, str]


def install(folder: Path) -> Path:
    """Make a program of each name in *folder*, and return the file in which they keep things."""
    folder.mkdir()
    for tool in PLAYED:
        program = folder / tool
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E {__file__} {tool} "$@"\n')
        program.chmod(0o755)
    return folder / "state.json"


class Refused(Exception):
    """How a tool fails: its words on stderr, its exit code."""


def refuse(words: str, code: int = 1) -> NoReturn:
    raise Refused(words, code)


def play_pass(kept: Entries, arguments: list[str], given: str) -> str:
    match arguments:
        case ["insert", "--multiline", name]:  # without a terminal there is no question: it overwrites
            kept[name] = given
            return "Enter contents and press Ctrl+D when finished:\n"
        case ["show", name]:
            return kept.get(name) or refuse(f"Error: {name} is not in the password store.")
        case ["rm", "--force", name]:
            return removed(kept, name)
        case ["find", term]:
            found = (f"    ├── {name.rpartition('/')[2]}\n" for name in kept if term in name)
            return "".join((f"Search Terms: {term}\n└── \x1b[01;34morgwizard\x1b[0m\n", *found))
    refuse("Usage: pass", 2)


def play_gopass(kept: Entries, arguments: list[str], given: str) -> str:
    match arguments:
        case ["insert", name]:
            return created(kept, name, given, "Error: not overwriting your current secret", 10)
        case ["show", "--password", name]:
            return kept.get(name, "").partition("\n")[0] or refuse("Error: entry is not in the password store", 11)
        case ["rm", "--force", name]:
            return removed(kept, name)
    refuse("Usage: gopass", 2)


def play_op(kept: Entries, arguments: list[str], given: str) -> str:
    match arguments:
        case ["item", "create", vault, "-"] if vault.startswith("--vault="):
            item = json.loads(given)
            (field,) = item["fields"]
            if item["category"] != "API_CREDENTIAL" or field["type"] != "CONCEALED":
                refuse("invalid item template")
            key = f"{vault.removeprefix('--vault=')}/{item['title']}"
            kept[key] = "\0".join([*filter(None, [kept.get(key)]), field["value"]])  # titles may repeat
            return f"ID: 1\nTitle: {item['title']}\n"
        case ["read", "--no-newline", reference]:
            if not re.fullmatch(r"op://[A-Za-z0-9_. -]+/[A-Za-z0-9_. -]+/credential", reference):
                refuse("invalid secret reference")
            value = kept.get(reference.removeprefix("op://").removesuffix("/credential")) or refuse("isn't an item")
            return value if "\0" not in value else refuse("More than one item matches")
        case ["item", "delete", vault, title]:
            return removed(kept, f"{vault.removeprefix('--vault=')}/{title}")
    refuse("unknown command", 1)


def play_vault(kept: Entries, arguments: list[str], given: str) -> str:
    mount = next((word.removeprefix("-mount=") for word in arguments if word.startswith("-mount=")), "")
    match [word for word in arguments if not word.startswith("-mount=")]:
        case ["kv", "put", "-cas=0", path, "value=-"]:
            words = "* check-and-set parameter did not match the current version"
            return created(kept, f"{mount}/{path}", given, words, 2)
        case ["kv", "get", "-field=value", path]:
            return kept.get(f"{mount}/{path}") or refuse("No value found", 2)
        case ["kv", "metadata", "delete", path]:  # succeeds whatever is there
            kept.pop(f"{mount}/{path}", None)
            return "Success! Data deleted (if it existed)\n"
    refuse("Usage: vault", 1)


def play_aws(kept: Entries, arguments: list[str], given: str) -> str:
    match arguments[: -2 if "--region" in arguments else None]:
        case ["secretsmanager", "create-secret", "--name", name, "--secret-string", "file:///dev/stdin", *_]:
            if not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name):
                refuse("An error occurred (ValidationException): Invalid name", 254)
            words = "An error occurred (ResourceExistsException)"
            return created(kept, name, given.replace("\r\n", "\n"), words, 254)
        case ["secretsmanager", "get-secret-value", "--secret-id", name, "--query", "SecretString", "--output", "text"]:
            return (kept.get(name) or refuse("An error occurred (ResourceNotFoundException)", 254)) + "\n"
        case ["secretsmanager", "delete-secret", "--secret-id", name, "--force-delete-without-recovery"]:
            return removed(kept, name, 254)
    refuse("usage: aws", 252)


def play_gcloud(kept: Entries, arguments: list[str], given: str) -> str:
    match [word for word in arguments if not word.startswith("--project=")]:
        case ["secrets", "create", name, "--data-file=-", "--replication-policy=automatic"]:
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
                refuse("ERROR: (gcloud.secrets.create) INVALID_ARGUMENT")
            return created(kept, name, given, "ERROR: (gcloud.secrets.create) ALREADY_EXISTS")
        case ["secrets", "versions", "access", "latest", name] if name.startswith("--secret="):
            return kept.get(name.removeprefix("--secret=")) or refuse("ERROR: NOT_FOUND")
        case ["secrets", "delete", name, "--quiet"]:
            return removed(kept, name)
    refuse("ERROR: (gcloud) unrecognized arguments", 2)


def play_az(kept: Entries, arguments: list[str], given: str) -> str:
    match arguments:
        case ["keyvault", "secret", action, "--vault-name", vault, "--name", name, *options]:
            if not re.fullmatch(r"[0-9A-Za-z-]{1,127}", name):
                refuse("(BadParameter) The request URI contains an invalid name")
            key = f"{vault}/{name}"
        case _:
            refuse("ERROR: the following arguments are required", 2)
    match action, options:
        case "set", ["--file", "/dev/stdin", "--encoding", "utf-8", "--output", "none"]:
            if f"deleted {key}" in kept:
                refuse("(Conflict) Secret is currently in a deleted but recoverable state")
            kept[key] = given  # a new version of what is there
            return ""
        case "show", ["--query", "value", "--output", "tsv"]:
            return (kept.get(key) or refuse("(SecretNotFound) A secret was not found", 3)) + "\n"
        case "delete", []:
            kept[f"deleted {key}"] = kept.pop(key, "") or refuse("(SecretNotFound) A secret was not found", 3)
            return "{}\n"
    refuse("ERROR: unrecognized arguments", 2)


def play_gh(kept: Entries, arguments: list[str], given: str) -> str:
    match arguments:
        case ["secret", "set", name, "--repo", repo]:
            if not re.fullmatch(r"(?!GITHUB_)[A-Z_][A-Z0-9_]*", name):
                refuse("failed to set secret: HTTP 422: Secret names can only contain alphanumeric characters")
            kept[f"{repo} {name}"] = given.rstrip("\r\n")
            return ""
        case ["secret", "list", "--repo", repo]:
            found = (key.partition(" ") for key in kept)
            return "".join(f"{name}\tUpdated 2026-11-28\n" for where, _, name in found if where == repo)
        case ["secret", "delete", name, "--repo", repo]:
            return removed(kept, f"{repo} {name}")
    refuse("unknown command", 1)


def play_age(_: Entries, arguments: list[str], given: str) -> str:
    match arguments:
        case ["--encrypt", "--recipient" | "--identity", _]:
            return f"age-encryption.org/v1 {given.encode().hex()}"
        case ["--decrypt", "--identity", identity, path]:
            if not Path(identity).exists():
                refuse("age: error: reading identity: no such file")
            return bytes.fromhex(Path(path).read_text().split()[1]).decode()
    refuse("Usage: age", 2)


def created(kept: Entries, name: str, text: str, words: str, code: int = 1) -> str:
    """Keep a text under a name that is new, else fail with *words*."""
    if name in kept:
        refuse(words, code)
    kept[name] = text
    return "created\n"


def removed(kept: Entries, name: str, code: int = 1) -> str:
    return "removed\n" if kept.pop(name, None) else refuse(f"{name}: not found", code)


PLAYED: dict[str, Callable[[Entries, list[str], str], str]] = {
    "pass": play_pass,
    "gopass": play_gopass,
    "op": play_op,
    "vault": play_vault,
    "bao": play_vault,
    "aws": play_aws,
    "gcloud": play_gcloud,
    "az": play_az,
    "gh": play_gh,
    "age": play_age,
}


def main() -> None:
    """Play the tool that is named first."""
    tool, *arguments = sys.argv[1:]
    file = Path(os.environ["STORE_TOOLS"])
    kept = json.loads(file.read_text()) if file.exists() else {}
    try:
        sys.stdout.write(PLAYED[tool](kept, arguments, sys.stdin.read()))
    except Refused as refused:
        words, code = refused.args
        print(words, file=sys.stderr)
        sys.exit(code)
    file.write_text(json.dumps(kept))


if __name__ == "__main__":
    main()
