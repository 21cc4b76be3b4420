"""Help on plans and tables."""

from orgwizard.cli.topics import rows
from orgwizard.cli.topics.connecting import REFERENCES
from orgwizard.domain.forms.field_questions import questions
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.forms.questions import Question
from orgwizard.providers import PROVIDERS
from orgwizard.providers.contract import Provider

ABOVE = {
    "provider": " or ".join(f'"{provider.key}"' for provider in PROVIDERS),
    "site": "the parent org; see below",
    "confirmed_host": "the host of site again, to allow sending credentials to a host that is not the vendor's",
    "store": "where the new keys are stored; see: orgwizard help stores",
    "profile": "a saved connection in place of site and [credentials]; see: orgwizard profiles list",
}


def plan() -> list[str]:
    """Return the keys of a plan file, with their limits."""
    lines = ["A plan is a TOML file. Its top-level keys:", *rows(ABOVE), ""]
    lines += [
        "[credentials] says how to connect: method, and a reference for each secret; see: orgwizard help credentials",
        "",
    ]
    for provider in PROVIDERS:
        lines += [*_sites(provider), *_keys(provider), ""]
    lines += [
        "A secret is given as a reference:",
        *rows(REFERENCES),
        "",
        "--plan FILE reads a file or a pipe, --plan - reads stdin. --set KEY=VALUE overrides a value.",
        "Try it with: orgwizard create --plan FILE --dry-run, then: orgwizard check --plan FILE",
        "For editors: orgwizard schema plan prints a JSON Schema.",
    ]
    return lines


def _sites(provider: Provider) -> list[str]:
    if not provider.sites:
        example = provider.site_example or "the address you sign in at"
        return [f"{provider.title}: site is the parent org URL, for example {example}"]
    sites = {site.key: f"{site.title} ({site.location})" if site.location else site.title for site in provider.sites}
    return [f"{provider.title}: site is one of these, or an API URL", *rows(sites)]


def _keys(provider: Provider) -> list[str]:
    tables = provider.order_sections.items()
    return [line for name, model in tables for line in (f"  [{name}]", *rows(_rules(model), "    "))]


def _rules(model: type[Fields]) -> dict[str, str]:
    asked = questions(model)
    derived = model.proposals({question.name: question.example for question in asked})
    return {question.name: _rule(question, derived=question.name in derived) for question in asked}


def _rule(question: Question, *, derived: bool) -> str:
    """Return what a field takes, in one line; one that is *derived* from others may be left out."""
    presence = "derived if left out" if derived else "required" if question.required else "optional"
    limits = f"at most {question.longest} characters" if question.longest else ""
    choices = f"one of: {', '.join(question.choices)}" if question.choices else ""
    rule = ", ".join(filter(None, (presence, limits, choices)))
    return f"{question.title} ({rule}). {question.help}".strip()


def table() -> list[str]:
    """Return how a table is written."""
    lines = [
        "orgwizard create --plan base.toml --table orgs.csv",
        "",
        "Each row overrides values of the plan and describes one org. The header names plan keys; a short name such as",
        "subdomain is enough if unambiguous.",
        "UTF-8; separated by comma, semicolon or tab. An empty cell keeps the plan's value. Secrets are references,",
        "for example env:NAME. Every row is checked before anything is sent. Run it again to create what is missing.",
        "It stops at the first unknown outcome, and after three refusals of the same kind, unless --keep-going is set.",
        "--json prints one line per row: an object each; a table that is refused beforehand prints one line.",
        "To choose rows: orgwizard --plan base.toml --table orgs.csv. To finish open attempts: orgwizard resume --all",
        "",
    ]
    for provider in PROVIDERS:
        tables = provider.order_sections.items()
        names = [f"{name}.{question.name}" for name, model in tables for question in questions(model) if question.asked]
        lines += [f"Columns for {provider.title}:", *(f"  {name}" for name in names), ""]
    return lines[:-1]
