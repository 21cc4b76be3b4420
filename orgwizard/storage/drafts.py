"""The draft on disk: what was typed so far, without secrets, so that a dropped line costs a field at most."""

import json
from pathlib import Path

from orgwizard.domain.draft import Draft
from orgwizard.domain.errors import WizardError
from orgwizard.system import private_files

LARGEST_DRAFT = 256 * 1024


class Drafts:
    """The one draft of a user, as a file in *folder*."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or made yet."""
        self._path = folder / "draft.json"
        self._saved: bytes | None = None

    def save(self, draft: Draft) -> None:
        """Write the draft, whole or not at all; raises `LocalFailure`."""
        private_files.folder(self._path.parent)
        data = json.dumps(draft.as_json(), ensure_ascii=True, indent=1).encode()
        private_files.write(self._path, data)
        self._saved = data

    def load(self) -> Draft | None:
        """Return the saved draft, or None where there is none that can be read."""
        try:
            return Draft.from_json(json.loads(private_files.read(self._path, LARGEST_DRAFT)))
        except (FileNotFoundError, ValueError, RecursionError, WizardError):
            return None

    def remove(self) -> None:
        """Forget the draft: it was used, or is not wanted. What another wizard saved since stays."""
        if self._saved is None or self._is_ours(self._saved):
            private_files.remove(self._path)

    def _is_ours(self, saved: bytes) -> bool:
        try:
            return private_files.read(self._path, LARGEST_DRAFT) == saved
        except (FileNotFoundError, WizardError):
            return False
