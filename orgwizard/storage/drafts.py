"""Drafts on disk: what was typed so far, without secrets, so that a dropped line costs a field at most."""

import json
import os
import weakref
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from orgwizard.domain.errors import BadInput, WizardError
from orgwizard.domain.forms.draft import Draft
from orgwizard.providers import provider_of
from orgwizard.system import file_lock, private_files

LARGEST_DRAFT = 256 * 1024


class Drafts:
    """The drafts in *folder* as one run of a wizard sees them: its own, and those that no living wizard holds.

    A run has at most one draft, in a file of its own beside a lock that it holds until it ends in any way.
    `problems` says per file what could not be read of the drafts that were looked at.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "drafts"
        self._shared = folder / "draft.json"  # of earlier versions, where all wizards had one
        self._own: Path | None = None
        self._let_go: weakref.finalize[..., Drafts] | None = None
        self.problems: dict[Path, str] = {}

    def save(self, draft: Draft) -> None:
        """Write the draft of this run, whole or not at all; raises `LocalFailure`."""
        private_files.folder(self._folder)
        data = json.dumps(draft.as_json(), ensure_ascii=True, indent=1).encode()
        own = self._own or self._new()
        if self._own is None:
            self._hold(own)
        private_files.write(own, data)

    def load(self) -> Draft | None:
        """Return the draft of this run, else make the newest that is free and readable its own; None without one."""
        if self._own:
            return self._read(self._own)
        self._take_over_shared()
        for path in self._newest_first():
            if self._is_taken(path) and (draft := self._read(path)):
                return draft
        return None

    @property
    def saved_at(self) -> datetime | None:
        """Return when the draft of this run was saved last, None where none is."""
        with suppress(OSError):
            return datetime.fromtimestamp(self._own.stat().st_mtime, UTC) if self._own else None
        return None

    def remove(self) -> None:
        """Forget the draft of this run: it was used, or is not wanted. Those of other wizards stay."""
        if own := self._own:
            private_files.remove(own)
            self.release()

    def _new(self) -> Path:
        return self._folder / f"{os.urandom(8).hex()}.json"

    def _newest_first(self) -> list[Path]:
        dated: list[tuple[int, Path]] = []
        with suppress(WizardError):
            for path in private_files.listed(self._folder, ".json"):
                with suppress(OSError):  # used up meanwhile
                    dated.append((path.lstat().st_mtime_ns, path))
        return [path for _, path in sorted(dated, reverse=True)]

    def _take_over_shared(self) -> None:
        with suppress(WizardError, OSError):
            if os.path.lexists(self._shared):
                private_files.folder(self._folder)
                self._shared.rename(self._new())

    # ---- whose it is ----

    def _hold(self, path: Path) -> bool:
        """Make a draft that of this run, and return whether no other wizard holds it; raises `LocalFailure`."""
        handle = file_lock.hold(_lock(path), 0)
        if handle is None:
            return False
        self._own, self._let_go = path, weakref.finalize(self, file_lock.let_go, handle)
        return True

    def _is_taken(self, path: Path) -> bool:
        """Make a draft found on disk that of this run, and return whether that worked."""
        try:
            held = self._hold(path)
        except WizardError as error:
            self.problems[path] = error.cause
            return False
        if held and not os.path.lexists(path):  # its wizard used it up since it was listed
            self.release()
            return False
        return held

    def release(self) -> None:
        """Leave the draft of this run, and remove its lock where there is no draft beside it any more."""
        if self._own and not os.path.lexists(self._own):
            with suppress(WizardError):
                private_files.remove(_lock(self._own))
        if self._let_go:
            self._let_go()
        self._own = self._let_go = None

    # ---- what is in it ----

    def _read(self, path: Path) -> Draft | None:
        """Return the draft of this run; one that cannot be read is this run's no longer, and said."""
        try:
            value = json.loads(private_files.read(path, LARGEST_DRAFT))
            draft = _draft(value)
        except FileNotFoundError:
            return None
        except WizardError as error:  # the file may be whole: it is left where it is
            self.problems[path] = error.cause
            self.release()
            return None
        except (ValueError, RecursionError):
            self._set_aside(path)
            return None
        if draft.as_json() != value:
            self.problems[path] = f"{path}: entries that orgwizard did not write in this draft were ignored."
        return draft

    def _set_aside(self, path: Path) -> None:
        """Rename a draft that is none, so that no wizard meets it again and a person still can."""
        aside = path.with_suffix(".unreadable")
        try:
            path.rename(aside)
            self.problems[path] = f"The draft cannot be read; it was renamed to {aside}."
        except OSError:
            self.problems[path] = f"The draft {path} cannot be read."
        self.release()


def _lock(path: Path) -> Path:
    return path.with_suffix(".lock")


def _draft(value: object) -> Draft:
    """Return the draft of its JSON; raises `ValueError` where nothing can be gone on with."""
    draft = Draft.from_json(value)
    try:
        provider_of(draft.provider)
    except BadInput:
        raise ValueError("it names no provider") from None
    return draft
