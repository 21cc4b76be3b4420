"""What a vendor lets one do with the keys of a child org later: try them, and take back what can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from orgwizard.domain.errors import Refused
from orgwizard.domain.http import Call, Conversation, Response
from orgwizard.domain.org import Created, Site


@dataclass(frozen=True)
class KeyState:
    """What reads with a child's stored keys proved: "unclear" where the org, or the network, did not say."""

    state: Literal["valid", "invalid", "unclear"]
    words: str


@dataclass(frozen=True)
class Undo:
    """The one call that takes something back: `deed` is what it does, as in "disable the org"."""

    call: Call
    deed: str


@dataclass(frozen=True)
class Undone:
    """What became of it; "refused" proves that nothing changed, "unknown" is looked up and never sent blindly again."""

    state: Literal["done", "refused", "unknown"]
    words: str
    advice: str = ""


class Aftercare:
    """What a service offers by default: nothing but a text for its support.

    Its conversations are like a provider's: generators without I/O. `Created` holds the child as its profile knows it.
    """

    title: ClassVar[str] = "the service"
    idle_days: ClassVar[int] = 0
    """After how many days without use a key expires, 0 for never."""
    support: ClassVar[str] = ""
    """Where support is asked."""
    taken_back: ClassVar[str] = "The keys of {} were revoked"
    """What its call has done to the org of a name."""
    replacing: ClassVar[tuple[str, ...]] = ()
    """How a person makes new keys that take the place of the first ones, a sentence each; () where none expire."""

    def key_state(self, site: Site, child: Created) -> Conversation[KeyState]:  # noqa: ARG002 - not every service can be asked
        """Read whether the keys are still valid; changes nothing but the date of their last use."""
        yield from ()
        return KeyState("unclear", f"{self.title} cannot check these keys.")

    def undo(self, site: Site, child: Created) -> Conversation[Undo]:  # noqa: ARG002 - not every service has such a call
        """Return the call that takes something back, after reads that make sure of the org; raises `Refused`."""
        yield from ()
        raise Refused(f"{self.title} has no API call for it.", meaning="Nothing was changed.")

    def undone(self, response: Response) -> Undone:
        """Return what a response to that call means."""
        raise NotImplementedError

    def support_request(self, site: Site, child: Created, facts: Mapping[str, object]) -> list[str]:
        """Return the lines to send to support, who can do what no call can; *facts* are further ones, by title."""
        rows = {"Organization": child.name, "Id": child.id, "URL": child.url, "Parent": site.key, **facts}
        return [
            f"Subject: Please deactivate the child organization {child.name}",
            "",
            "Please deactivate this child organization. It was created through the API and is no longer needed.",
            "",
            *(f"{title}: {value}" for title, value in rows.items() if value),
        ]


def call_result(response: Response, words: Mapping[int, Undone], title: str) -> Undone:
    """Return the meaning of a status: of *words*, else a refusal where it is 4xx, else that it is unknown."""
    if response.status in words:
        return words[response.status]
    status = f"HTTP {response.status}"
    if 400 <= response.status < 500 and response.status != 408:
        return Undone("refused", f"{title} refused it ({status}).", "Ask its support.")
    return Undone("unknown", f"{title} returned {status}, so it is not known whether it was done.")
