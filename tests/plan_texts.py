"""Plans as texts: the draft that one makes, and what is wrong with it."""

from orgwizard.application.order_builder import draft_problems
from orgwizard.application.plans.plan_file import plan_of
from orgwizard.domain.forms.draft import Draft
from orgwizard.providers import provider_of


def parse(text: str) -> Draft:
    """Turn TOML into a draft; raises `BadInput`."""
    return plan_of(text).draft()


def problems(draft: Draft) -> dict[str, str]:
    """Return every problem of a draft, as "section.field" -> sentence."""
    return draft_problems(provider_of(draft.provider), draft)
