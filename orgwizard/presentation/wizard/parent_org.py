"""The parent org that a session connects to: its site and the consent to it, the credentials, what a check found."""

from __future__ import annotations

import copy
from concurrent.futures import Future
from dataclasses import dataclass, field

from orgwizard.application.bootstrap import Bootstrap
from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.org import Site
from orgwizard.domain.text.sanitize import printable
from orgwizard.providers import PROVIDERS, site_at
from orgwizard.providers.contract import Provider
from orgwizard.providers.findings import Finding, Preflight
from orgwizard.providers.order import Connection


@dataclass
class ParentOrg:
    """The parent as the draft names it, and the connection to it that was tried last."""

    bootstrap: Bootstrap
    draft: Draft
    connection: Connection | None = None
    """The connection that was tried and works, None before."""
    checked: Preflight | None = None
    """What the check of that connection found, None before."""
    passed: list[Finding] = field(default_factory=list)
    """The findings of the last check, as far as it came."""

    @property
    def provider(self) -> Provider:
        """Return the chosen provider, or the likely one where none is chosen yet."""
        chosen = (provider for provider in PROVIDERS if provider.key == self.draft.provider)
        return next(chosen, None) or self.bootstrap.discovery.likely_provider()

    # ---- where it is ----

    @property
    def site(self) -> Site | None:
        """Return the parent's site, None where what was typed is not one."""
        try:
            return site_at(self.provider, self.draft.site)
        except BadInput:
            return None

    @property
    def question(self) -> str:
        """Return what the user must say yes to before credentials are sent to the site, "" where there is nothing.

        It is no site of the vendor's, or a file in the current folder names either it or the credentials, not both.
        """
        if (site := self.site) is None or site.question:
            return site.question if site else ""
        places = self._places() if (here := self.bootstrap.discovery.files_here(self.provider)) else frozenset()
        found = min(places & here, default="")
        if not found or len(places) == 1:
            return ""
        return f"{site.host} and the credentials are from different places, one of them {found}. Send them there?"

    def _places(self) -> frozenset[str]:
        """Return the files that name the site and the secret credentials; "" stands for anything else."""
        from orgwizard.domain.forms.field_questions import questions

        discovery, provider = self.bootstrap.discovery, self.provider
        offer = discovery.site(provider)
        places = {offer.file if offer and offer.typed == self.draft.site else ""}
        method = self.draft.method or discovery.method(provider) or provider.default_method
        typed = self.draft.section(f"credentials.{method}")
        for question in questions(provider.methods[method]):
            if question.secret:
                there = discovery.credential(provider, question)
                value = typed.get(question.name) or (there.typed if there else None)
                if question.required or value:
                    places.add(getattr(value, "file", None) or "")
        return frozenset(places)

    @property
    def agreed(self) -> bool:
        """Return whether credentials may be sent to the site: it is a known one, or the user said yes to it."""
        site = self.site
        return site is not None and (not self.question or self.draft.section("parent").get("confirmed") == site.url)

    def agree(self) -> None:
        """Remember the user's yes to the site."""
        if site := self.site:
            self.draft.section("parent")["confirmed"] = site.url

    # ---- the connection ----

    def settle_method(self) -> None:
        """Choose the credential method that what is there is for, where the user has chosen none."""
        if self.draft.method not in self.provider.methods:
            offered = self.bootstrap.discovery.method(self.provider)
            self.draft.section("parent")["method"] = offered or self.provider.default_method

    def connecting(self) -> Future[Connection]:
        """Build the connection of the draft as it is now; the future raises `BadInput` and `BadFields`.

        A reference may be a slow command: secrets are read off the face's thread.
        """
        service, provider, draft = self.bootstrap.service, self.provider, copy.deepcopy(self.draft)
        return service.engine.work(lambda: service.reader.connection(provider, draft))

    def connected(self, connection: Connection, checked: Preflight) -> None:
        """Remember a connection that was tried and works."""
        self.connection, self.checked, self.passed = connection, checked, list(checked.findings)

    def disconnect(self) -> None:
        """Forget the tried connection: the site or the credentials changed."""
        self.connection = self.checked = None
        self.passed = []

    @property
    def accepted(self) -> bool:
        """Return whether the credentials, as they are, were accepted."""
        states = [found.state for found in self.passed if found.stage == "Credentials"]
        return self.connection is not None and states == ["ok"]

    # ---- what it is called ----

    @property
    def name(self) -> str:
        """Return the parent's name, who one acts as there, and whether no read proved it; "" before a check."""
        if self.checked is None:
            return ""
        proven = all(found.state != "unproven" for found in self.checked.findings if found.stage == "Credentials")
        name = f"{self.checked.parent} as {self.checked.identity}" if self.checked.identity else self.checked.parent
        return name if proven else f"{name} (not verified)"

    def place(self, width: int = 0) -> str:
        """Return provider, parent and site, in *width* cells if that is not 0: the parent's name goes last of all."""
        if not self.draft.provider:
            return ""
        site, title = self.site, self.provider.title
        where = site.name if site else ""
        parent = self.checked.parent if self.checked else where
        forms = ((title, self.name, where), (title, self.name), (self.name,), (title, parent), (parent,))
        words = [" · ".join(printable(part) for part in form if part) for form in forms]
        fitting = (form for form in words if form and (not width or len(form) <= width))
        return next(fitting, words[-1] or words[0])
