"""From a saved profile to a draft that reaches the same parent."""

from contextlib import suppress

from orgwizard.application import administrators
from orgwizard.application.order_builder import recalled
from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.draft import Draft
from orgwizard.providers import provider_of
from orgwizard.storage.profiles import Profile


def draft_from(profile: Profile) -> Draft:
    """Return a draft for another child of the parent that a profile knows, connected as far as it knows how.

    The host was confirmed when it was saved; answers that the provider's fields no longer have are left out.
    """
    draft = Draft(provider=profile.provider)
    draft.section("parent").update({"site": profile.site, "method": profile.method})
    with suppress(BadInput):  # a profile of a later version, or edited by hand: the wizard asks
        provider = provider_of(profile.provider)
        draft.section("parent")["confirmed"] = provider.site(profile.site).url
        if model := provider.methods.get(profile.method):
            draft.credentials.update(recalled(model, {**profile.answers, **profile.parent}))
        draft.section("administrator").update(administrators.person_of(provider, profile))
    return draft
