"""What is ordered of a vendor: the connection to the parent, and the org that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from orgwizard.domain.order_key import OrderKey, folded
from orgwizard.domain.org import Site

if TYPE_CHECKING:
    from orgwizard.domain.forms.fields import Fields


@dataclass(frozen=True)
class Connection:
    """The parent as this run reaches it: site, credential method and the credentials themselves."""

    site: Site
    method: str
    credentials: Fields
    sources: Mapping[str, object] = field(default_factory=dict)
    """Where secrets were read from, as reference tables, and answers that are no secret; a typed secret has none."""


@dataclass(frozen=True)
class OrgIdentity:
    """What tells the wanted org from others: enough to read an answer or to look for it.

    `has_password` says whether a password was sent along for the administrator, None where that is not known any more.
    """

    site: Site
    name: str
    subdomain: str = ""
    administrator: str = ""
    person: tuple[tuple[str, str], ...] = ()
    """Names and e-mail address of the administrator, by their fields: saved with the org."""
    has_password: bool | None = None


@dataclass(frozen=True)
class Order:
    """Everything the review approved, validated and frozen."""

    connection: Connection
    organization: Fields
    administrator: Fields | None = None

    @property
    def wanted(self) -> OrgIdentity:
        """Return what tells the wanted org from others."""
        organization, administrator = self.organization, self.administrator
        return OrgIdentity(
            self.connection.site,
            str(getattr(organization, "name", "")),
            str(getattr(organization, "subdomain", "")),
            str(getattr(administrator, "login", "")),
            tuple((name, str(getattr(administrator, name))) for name in administrator.remembered)
            if administrator
            else (),
            getattr(administrator, "password", None) is not None,
        )


class OrderRules:
    """What makes two orders at a vendor the same: its child, below its parent."""

    key: ClassVar[str]

    def order_key(self, wanted: OrgIdentity, credentials: Fields | None, before: Mapping[str, object]) -> OrderKey:
        """Return what tells this order from others; the more is known of the parent, the more names it has.

        *credentials* are the parent's, where they are at hand, *before* that of `Preflight`, {} where nothing was read.
        """
        return OrderKey(self.key, self.child_key(wanted), self.parent_names(wanted.site, credentials, before))

    def child_key(self, wanted: OrgIdentity) -> str:
        """Return what makes the child unique below its parent."""
        return folded(wanted.name)

    def parent_names(self, site: Site, credentials: Fields | None, before: Mapping[str, object]) -> frozenset[str]:  # noqa: ARG002 - a site of its own names the parent
        """Return the names that the parent is known by; a credential may be one of them."""
        return frozenset((f"site {site.key}",))
