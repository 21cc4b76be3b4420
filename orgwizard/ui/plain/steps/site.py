"""Step 1: the provider, and where the parent org lives."""

from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.questions import did_you_mean
from orgwizard.domain.org import Site
from orgwizard.presentation.wizard import site_flow
from orgwizard.presentation.wizard.site_flow import OTHER, OTHER_TITLE, row_of
from orgwizard.providers import PROVIDERS, other_vendor, site_at, site_meant
from orgwizard.ui.plain.console import Back
from orgwizard.ui.plain.steps.base import Step, in_turn


class SiteStep(Step):
    """Choose the provider and the parent's site."""

    _meant = ""
    """The site that the last one typed was most likely meant to be; Enter takes it."""

    def go(self, field: str = "") -> None:  # noqa: ARG002 - there is one question
        """Choose the provider and where the parent lives."""
        in_turn(self._choose_provider, self._find_site)
        self.save()

    def _choose_provider(self) -> None:
        titles = {provider.key: provider.title for provider in PROVIDERS}
        needs = [f"{provider.title}: {' '.join(provider.needs)}" for provider in PROVIDERS]
        chosen = self.console.choose("Provider", titles, self.session.provider.key, needs)
        if chosen != self.session.draft.provider:
            self._meant = ""
        site_flow.choose_provider(self.session, chosen)
        self.console.say(f"Before you start: {' '.join(self.session.provider.needs)}")

    def _find_site(self) -> None:
        while not (self._choose_site() and self.agreed()):
            pass

    def _choose_site(self) -> bool:
        """Ask for the site; return whether there is one now."""
        session, parent = self.session, self.session.draft.section("parent")
        offer = session.bootstrap.discovery.site(session.provider)
        before = self._meant or parent.get("site") or (offer.typed if offer else "")
        source = f", {offer.source}" if offer and offer.typed == before else ""
        if words := session.refusals.pop("site", ""):
            self.console.say(words)
        if source and session.provider.sites:
            self.console.say(f"Default: {before}{source}.")
        typed = self._listed(before) if session.provider.sites else OTHER
        typed = self._typed_site(str(before), source) if typed == OTHER else typed
        try:
            site = site_at(session.provider, typed)
        except BadInput as bad:
            self.console.say(f"{bad.cause} {bad.advice}")
            if other_vendor(session.provider, typed):
                raise Back from None  # to the choice of the provider
            site = None
        self._meant = site_meant(session.provider, typed)
        if site is None:
            return False
        if site.question and self._meant:
            self.console.say(did_you_mean(self._meant))
        self._take(typed, site)
        return True

    def _take(self, typed: str, site: Site) -> None:
        """Take a site as the parent's; another one than before has not been connected to."""
        parent = self.session.draft.section("parent")
        if parent.get("site") != typed:
            self.session.disconnect()
        parent["site"] = typed
        if site.notice:
            self.console.say(site.notice)

    def _listed(self, before: str) -> str:
        """Return the key of one of the provider's sites, or `OTHER`."""
        provider = self.session.provider
        rows = {s.key: ", ".join(filter(None, (s.title, s.key, s.location))) for s in provider.sites}
        rows[OTHER] = OTHER_TITLE
        return self.console.choose(provider.site_title, rows, row_of(provider, before), (provider.site_help,))

    def _typed_site(self, before: str, source: str) -> str:
        question = self.session.provider.site_question
        default = before if row_of(self.session.provider, before) == OTHER else ""
        hint = f"Enter for {default}{source}" if default else f"for example {question.example}"
        return self.console.ask(f"{question.title} (required, {hint}):", (question.help,)) or default
