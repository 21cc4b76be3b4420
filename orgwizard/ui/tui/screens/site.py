"""Step 1: the provider, and where the parent org lives."""

from collections.abc import Iterable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from orgwizard.application.connection.discovery import Discovery
from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.questions import Value
from orgwizard.presentation.wizard.site_flow import OTHER, OTHER_TITLE, choose_provider, row_of
from orgwizard.presentation.wizard.step_order import TITLES
from orgwizard.presentation.wizard.wizard_session import WizardSession
from orgwizard.providers import PROVIDERS, other_vendor, site_at, site_meant
from orgwizard.providers.contract import Provider
from orgwizard.ui.tui.screens import destination
from orgwizard.ui.tui.screens.base import Step
from orgwizard.ui.tui.widgets.field import Field
from orgwizard.ui.tui.widgets.lists import Choice, bullet, labelled, remarks


class SitePart(Vertical):
    """What one provider needs to know about the parent's site; the parts of the others are hidden, or not made yet."""

    def __init__(self, provider: Provider, parent: dict[str, Value], discovery: Discovery) -> None:
        self.provider, self.parent_answers = provider, parent
        self.offer, self._remarks = discovery.site(provider), discovery.remarks(provider)
        if self.offer:
            parent.setdefault("site", self.offer.typed)
        if provider.sites and self._chosen() == OTHER:  # a draft or plan gave it: the list must not take it away
            parent.setdefault(OTHER, self.typed)
        self._settle()
        super().__init__(id=f"site-{provider.key}", classes="site -listed" if provider.sites else "site")

    @property
    def typed(self) -> str:
        """Return what was typed or chosen so far."""
        return str(self.parent_answers.get("site", ""))

    def compose(self) -> ComposeResult:
        """Yield the site's list or field, and what the user must have."""
        provider = self.provider
        if provider.sites:
            listed = Choice(self._rows(), self._chosen(), f"list-{provider.key}")
            yield Horizontal(
                _column(provider.site_title, listed), _column("Before you start", *map(bullet, provider.needs))
            )
        offered = self.offer is not None and self.typed == self.offer.typed  # the first key replaces it
        yield Field(provider.site_question, self._typed_url(), typed=not offered)
        if not provider.sites:
            yield labelled("Before you start", *map(bullet, provider.needs))
        yield from remarks(self._remarks)

    def _rows(self) -> dict[str, str]:
        sites = {site.key: f"{site.title:<8} {site.key:<18} {site.location}" for site in self.provider.sites}
        return {**sites, OTHER: OTHER_TITLE}

    def _chosen(self) -> str:
        return row_of(self.provider, self.typed)

    def _typed_url(self) -> str:
        listed = self.provider.sites and self._chosen() != OTHER
        return str(self.parent_answers.get(OTHER, "")) if listed else self.typed

    @on(Choice.Chosen)
    def _choose(self, event: Choice.Chosen) -> None:
        chosen = event.choice.chosen
        self.parent_answers["site"] = str(self.parent_answers.get(OTHER, "")) if chosen == OTHER else chosen
        self.show()

    @on(Field.Changed)
    def _type(self, event: Field.Changed) -> None:
        self.parent_answers["site"] = event.field.entry.value
        if self.provider.sites:
            self.parent_answers[OTHER] = event.field.entry.value

    def _settle(self) -> None:
        """Take what the list stands on as the answer, where the user never moved."""
        if self.provider.sites and not self.typed:
            chosen = self._chosen()
            self.parent_answers["site"] = "" if chosen == OTHER else chosen

    def show(self, refusal: str = "", *, touched: bool = False) -> None:
        """Show the field where it is needed, with what is wrong or was changed in it."""
        field = self.query_one(Field)
        if self.provider.sites:
            field.display = self.query_one(Choice).chosen == OTHER
        problem, notice = self.judged()
        meant, other = site_meant(self.provider, self.typed), other_vendor(self.provider, self.typed)
        offered = f"choose {other.title}" if other and touched else ""
        field.show(refusal or (problem if touched else ""), notice, correction=meant, offered=offered)

    def judged(self) -> tuple[str, str]:
        """Return what is wrong with the site, and what the user should know about it."""
        try:
            site = site_at(self.provider, self.typed)
        except BadInput as bad:
            return bad.cause, ""
        offered = self.offer.source if self.offer and self.offer.typed == self.typed else ""
        from_where = f"Default: {offered}." if offered else ""
        return "", site.notice or from_where


def _column(title: str, *widgets: Widget) -> Vertical:
    return Vertical(Static(title, classes="title", markup=False), *widgets, classes="column")


class SiteStep(Step):
    """Choose the provider and the parent's site."""

    number = 1
    section = "site"
    heading = TITLES["site"]

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        session.draft.provider = session.provider.key

    def body(self) -> Iterable[Widget]:
        """Yield the providers, and a part for the one that is chosen."""
        titles = {provider.key: provider.title for provider in PROVIDERS}
        yield labelled("Provider", Choice(titles, self.session.draft.provider, "provider"))
        yield self._new_part()

    def _new_part(self) -> SitePart:
        return SitePart(self.session.provider, self.session.draft.section("parent"), self.session.bootstrap.discovery)

    def on_mount(self) -> None:
        """Show what is known about the site."""
        self._show_site()

    def part(self) -> SitePart:
        """Return the part of the chosen provider."""
        return self.query_one(f"#site-{self.session.draft.provider}", SitePart)

    @on(Choice.Chosen, "#provider")
    async def _choose_provider(self, event: Choice.Chosen) -> None:
        self.part().display = False
        choose_provider(self.session, event.choice.chosen)
        if not self.query(f"#site-{event.choice.chosen}"):
            await self.query_one("#body").mount(self._new_part())
        self.part().display = True
        self._show_site()
        self.changed()

    @on(Field.Accepted)
    async def _choose_other_vendor(self) -> None:
        """Choose the provider whose site was typed, with that site."""
        part, draft = self.part(), self.session.draft
        if (other := other_vendor(part.provider, part.typed)) is None:
            return
        site = other.site(part.typed)
        draft.sections.setdefault(other.key, {}).setdefault("parent", {})["site"] = site.key
        part.query_one(Field).entry.value = ""
        await self.query(f"#site-{other.key}").remove()
        self.query_one("#provider", Choice).highlighted = PROVIDERS.index(other)

    @on(Choice.Chosen)
    @on(Field.Changed)
    def _site_changed(self) -> None:
        self.session.refusals.pop("site", None)
        self.session.disconnect()
        self._show_problem()
        self.changed()

    def _show_site(self) -> None:
        self._show_problem()
        self.refresh_place()

    def _show_problem(self) -> None:
        """Show what is wrong; the head line, which one key would move as a whole, waits until the field is left."""
        part = self.part()
        part.show(self.session.refusals.get("site", ""), touched="site" in self.session.touched)

    def on_descendant_blur(self) -> None:
        """Say what is wrong once the field was left."""
        if self.part().typed:
            self.session.touched.add("site")
        self._show_site()

    def complete(self) -> bool:
        """Return whether the site is one, and the user agrees to send credentials there."""
        self.session.touched.add("site")
        self._show_site()
        if self.session.refusals.get("site") or self.session.parent.site is None:
            self.say("Fix the site to continue.", wrong=True)
            self.set_focus(self.part().query_one(Field).entry)
            return False
        if not self.session.parent.agreed:
            self._ask()
            return False
        return True

    @work
    async def _ask(self) -> None:
        if await destination.agreed(self):
            self.action_next()
