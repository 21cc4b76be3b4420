"""What a store returns about keys that it holds: where they are in words, and where they can be read again."""

import json
from collections.abc import Collection, Mapping

from orgwizard.domain.secrets.secret_reference import SERVICE, Reference
from orgwizard.storage.stores.preset_store import place_of, sources_of

SHOWN_ONLY = "they were only shown on the screen"


def sources(reference: Mapping[str, object], names: Collection[str]) -> dict[str, Reference]:
    """Return where the secrets called *names* can be read again, given what `keep` returned; {} if nowhere."""
    if file := reference.get("file"):
        return {name: Reference(file=str(file), key=name) for name in names}
    if "preset" in reference:
        return sources_of(reference, names)
    if entry := reference.get("keyring"):
        return {name: Reference(keyring=f"{entry}/{name}") for name in names}
    return {}


def can_be_read(reference: Mapping[str, object]) -> bool:
    """Return whether secrets can be read again, given what `keep` returned."""
    entries = reference.get("entries")
    return bool(sources(reference, entries if isinstance(entries, Mapping) and entries else ("key",)))


def copied(reference: Mapping[str, object]) -> str:
    """Return where the secrets are as text to copy, such as the path of their file or their names; "" for nowhere."""
    if isinstance(entries := reference.get("entries"), Mapping) and entries:
        return ", ".join(map(str, entries.values()))
    return str(reference.get("file") or reference.get("keyring") or "")


def place(reference: object) -> str:
    """Return where the secrets are, in words, given what `keep` returned; unknown references as JSON."""
    match reference:
        case {"file": str(path)}:
            return f"in the file {path}, which only you can read"
        case {"keyring": str(), "entries": {**entries}} if entries:
            return f"in the system keyring, service {SERVICE}, as {', '.join(map(str, entries.values()))}"
        case {"keyring": str(entry)}:
            service, _, name = entry.partition("/")
            return f"in the system keyring, service {service}, as {name}"
        case {"preset": str(preset), "entries": {**entries}} if entries:
            return place_of(preset, entries.values())
        case {"command": [str(program), *_], "names": [*names]}:
            return f"given to the command {program}, as {', '.join(map(str, names))}"
        case {"command": [str(program), *_]}:
            return f"given to the command {program}"
        case {"screen": True}:
            return SHOWN_ONLY
    return json.dumps(reference)
