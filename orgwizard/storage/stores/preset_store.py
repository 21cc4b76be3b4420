"""A secret store that is known by name: entries are created, read back, and removed, as its preset says."""

import json
import re
import secrets as randomness
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orgwizard.domain.errors import BadInput, LocalFailure
from orgwizard.domain.secrets.secret_reference import Reference
from orgwizard.storage.stores.store_presets import PRESETS, Preset, Words, filled
from orgwizard.storage.stores.vault import (
    ANOTHER_STORE,
    PROBE,
    PROBE_TEXT,
    KeyFacts,
    PartlyStored,
    Secrets,
    StoredKeys,
    Vault,
)
from orgwizard.system import private_files
from orgwizard.system.subprocesses import Ended, run

_MOST_NAMES = 50  # tried for one org: each may be a call to a service
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_UNREADABLE = object()


@dataclass(frozen=True)
class PresetStore:
    """The store that a preset describes, at a place in it: a vault, a project, a repository."""

    preset: Preset
    place: str = ""

    @property
    def title(self) -> str:
        """Return the store and its place as a person calls them."""
        return f"{self.preset.title} ({self.place})" if self.place else self.preset.title

    @property
    def readable(self) -> bool:
        """Return whether its tool can read an entry here."""
        return bool(self.preset.read)

    def plan(self) -> str:
        """Return the plan file's value of `store`."""
        return f"{self.preset.name}:{self.place}" if self.place else self.preset.name

    def probe(self, vault: Vault) -> str:
        """Create an entry of a harmless text, read and remove it, as far as the tool can; raises `LocalFailure`."""
        entry = self._entry(vault, f"{PROBE}-{randomness.token_hex(4)}")
        if error := self._create(vault, entry, PROBE_TEXT):
            raise _tool_failed(self.title, self.preset.program, error)
        read_back = self._read(vault, entry)
        removed = self.remove(vault, entry)
        if self.preset.read and read_back != PROBE_TEXT:
            raise LocalFailure(f"{self.title} did not return the test entry {entry}.", ANOTHER_STORE)
        proven = (
            "returned a test entry"
            if self.preset.read
            else "accepted a test entry, which cannot be read back from here"
        )
        return f"{self.title} {proven}.{'' if removed else f' The test entry could not be removed: {entry}.'}"

    def keep(self, vault: Vault, label: str, secrets: Secrets, facts: KeyFacts) -> StoredKeys:
        """Create an entry per secret under a label that is free; raises `LocalFailure` and `PartlyStored`.

        Nothing is overwritten; entries that a run that was cut short created are found, and not created twice.
        """
        values = {name: secret.get_secret_value() for name, secret in secrets.items()}
        entries, done = self._free(vault, label, values)
        for name, entry in entries.items():
            if name in done:
                continue
            vault.note_giving(facts, entry)
            if self._create(vault, entry, values[name]):  # its words are not repeated: it was just given a secret
                cause, taken = f"{self.title} did not accept {entry}.", [entries[name] for name in done]
                raise PartlyStored(cause, taken) if taken else LocalFailure(cause, ANOTHER_STORE)
            done.add(name)
        reference = {"preset": self.plan(), "entries": entries}
        return StoredKeys(reference, place_of(self.plan(), entries.values()), sources_of(reference, entries))

    def remove(self, vault: Vault, entry: str) -> bool:
        """Remove an entry and return whether that worked."""
        if self.preset.suffix:
            return private_files.remove(Path(entry))
        argv = self._argv(self.preset.remove, entry)
        return bool(argv) and self._run(vault, argv).code == 0

    def has(self, vault: Vault, entry: str) -> bool:
        """Return whether an entry is there; raises `LocalFailure` where that cannot be told."""
        return self._look(vault, entry) is not None

    def reading(self, entry: str) -> Words:
        """Return the command that prints an entry, () where the tool cannot."""
        return self._argv(self.preset.read, entry)

    # ---- steps ----

    def _free(self, vault: Vault, wanted: str, values: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
        """Return the entries for *values* under the first free label, and the names of those that are there already."""
        for label in islice(private_files.numbered(wanted), _MOST_NAMES):
            entries = {name: self._entry(vault, f"{label}-{name}") for name in values}
            there = {name: self._look(vault, entry) for name, entry in entries.items()}
            if all(there[name] in (None, value) for name, value in values.items()):
                return entries, {name for name in values if there[name] is not None}
        raise LocalFailure(f"{self.title} has too many entries that begin with {wanted}.", ANOTHER_STORE)

    def _look(self, vault: Vault, entry: str) -> object:
        """Return the text of an entry, `_UNREADABLE` if it is there and cannot be read, `None` if it is not there."""
        text = self._read(vault, entry)
        return _UNREADABLE if text is None and self._is_listed(vault, entry) else text

    def _is_listed(self, vault: Vault, entry: str) -> bool:
        if self.preset.suffix:
            return Path(entry).exists()
        if not self.preset.names:
            return False  # `create` refuses what is there
        ended = self._run(vault, self._argv(self.preset.names, entry.rpartition("/")[2]))
        if ended.code:
            raise _tool_failed(self.title, self.preset.program, ended.words)
        return entry.rpartition("/")[2] in _names(ended.output)

    def _create(self, vault: Vault, entry: str, text: str) -> str:
        """Create an entry; return "", or how the program failed."""
        data = text.encode()
        if self.preset.payload is not None:
            data = json.dumps(_filled(self.preset.payload, {"entry": entry, "secret": text})).encode()
        ended = self._run(vault, self._argv(self.preset.create, entry), data)
        if not ended.failed and self.preset.suffix:
            private_files.folder(vault.folder)
            private_files.write_new(Path(entry), ended.output)
        return ended.words if ended.failed else ""

    def _read(self, vault: Vault, entry: str) -> str | None:
        argv = self.reading(entry)
        if not argv or (self.preset.suffix and not Path(entry).exists()):
            return None
        ended = self._run(vault, argv)
        if ended.code:
            return None
        text = ended.output.decode(errors="replace")
        return text.removesuffix("\n").removesuffix("\r")

    def _entry(self, vault: Vault, label: str) -> str:
        entry = self.preset.naming.entry(label)
        return str(vault.folder / f"{entry}{self.preset.suffix}") if self.preset.suffix else entry

    def _argv(self, template: Words, entry: str) -> Words:
        words = (*template, *(self.preset.with_place if self.place and template else ()))
        return tuple(filled(word, {"entry": entry, "place": self.place}) for word in words)

    def _run(self, vault: Vault, argv: Words, data: bytes = b"") -> Ended:
        return run(argv, data, seconds=vault.seconds, without=vault.without)


def parse_preset(value: str) -> PresetStore | None:
    """Return the store that a plan names as "pass" or "az:team-keys", `None` for an unknown name.

    Raises `BadInput` about the field "store" for a place that is missing or invalid, without repeating it.
    """
    name, colon, typed = value.partition(":")
    known = [preset for preset in PRESETS if preset.name == name]
    for preset in known:
        rule = preset.place
        if not colon and (rule is None or rule.default or rule.optional):
            return PresetStore(preset, rule.default if rule else "")
        if colon and rule and re.fullmatch(rule.pattern, typed):
            return PresetStore(preset, typed)
    if not known:
        return None
    examples = [f'store = "{name}:{preset.place.example}"' for preset in known if preset.place]
    if not examples:
        raise BadInput(f"store: {name} takes nothing after its name.", f'Write store = "{name}".', field="store")
    wanted = " or ".join(preset.place.title.lower() for preset in known if preset.place)
    raise BadInput(
        f"store: {name} requires a valid {wanted} after the colon.", f"For example: {examples[0]}", field="store"
    )


def available() -> list[Preset]:
    """Return the presets whose program is on the search path, one of each name."""
    named = {preset.name: preset for preset in reversed(PRESETS)}
    return [preset for preset in PRESETS if preset is named[preset.name] and shutil.which(preset.program)]


def sources_of(reference: Mapping[str, object], names: Collection[str]) -> dict[str, Reference]:
    """Return where the secrets called *names* can be read again, given what `keep` returned; {} if nowhere."""
    with suppress(BadInput):
        store = parse_preset(str(reference.get("preset")))
        entries = reference.get("entries")
        if store and store.preset.read and isinstance(entries, Mapping):
            places = {name: str(entries[name]) for name in names if name in entries}
            return {name: Reference(command=store.reading(entry)) for name, entry in places.items()}
    return {}


def place_of(preset: str, entries: Iterable[object]) -> str:
    """Return where the secrets are, in words, given the preset and its entries."""
    try:
        store = parse_preset(preset)
    except BadInput:
        store = None
    return f"in {store.title if store else preset}, as {', '.join(map(str, entries))}"


def recognized(command: Sequence[str]) -> tuple[PresetStore, str] | None:
    """Return the store and the entry that a reading command is about, `None` for a command of somebody's own."""
    for preset in PRESETS:
        for with_place in ((), preset.with_place) if preset.with_place else ((),):
            if preset.read and (match := _pattern((*preset.read, *with_place)).fullmatch("\0".join(command))):
                groups = match.groupdict()
                return PresetStore(preset, groups.get("place", "")), groups["entry"]
    return None


def _pattern(template: Words) -> re.Pattern[str]:
    text = re.escape("\0".join(template))
    for name in ("entry", "place"):
        text = text.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>[^\0]+?)")
    return re.compile(text)


def _filled(template: object, values: Mapping[str, str]) -> object:
    """Return a template of texts, tables and lists with its placeholders filled in."""
    if isinstance(template, str):
        return filled(template, values)
    if isinstance(template, Mapping):
        return {key: _filled(value, values) for key, value in template.items()}
    return [_filled(value, values) for value in template] if isinstance(template, (list, tuple)) else template


def _tool_failed(store: str, program: str, words: str) -> LocalFailure:
    tool = program if store == program else f"{store}: {program}"
    return LocalFailure(f"{tool} {words}.", "Try it in a shell first.")


def _names(listing: bytes) -> set[str]:
    """Return the first word of each line, less colours and the lines of a drawn tree."""
    plain = _COLOUR.sub("", listing.decode(errors="replace"))
    firsts = (re.search(r"\w\S*", line) for line in plain.splitlines())
    return {first[0].rpartition("/")[2] for first in firsts if first}
