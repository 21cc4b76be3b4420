"""How a parent org was connected, as journal and profiles keep it: never a secret, only where it is read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ParentAccess:
    """The credential method, and per field a reference as a table, or an answer that is no secret."""

    method: str = ""
    sources: Mapping[str, object] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, object]:
        """Return it for the journal."""
        return {"method": self.method, "credentials": dict(self.sources)}

    @classmethod
    def parse(cls, facts: object) -> "ParentAccess":
        """Read what the journal has; whatever is not of its shape is left out."""
        known = facts if isinstance(facts, Mapping) else {}
        method, sources = known.get("method"), known.get("credentials")
        return cls(method if isinstance(method, str) else "", sources if isinstance(sources, Mapping) else {})
