"""Help on credentials and stores."""

from orgwizard.cli.topics import rows
from orgwizard.domain.forms.field_questions import method_titles, questions
from orgwizard.domain.forms.questions import Question
from orgwizard.domain.secrets.secret_reference import SERVICE
from orgwizard.providers import PROVIDERS
from orgwizard.providers.contract import Provider
from orgwizard.storage.stores.command_store import CommandStore
from orgwizard.storage.stores.keyring_store import KeyringStore
from orgwizard.storage.stores.secret_stores import FileStore, ScreenStore
from orgwizard.storage.stores.store_presets import PRESETS, Preset
from orgwizard.storage.stores.vault import PROBE, PROBE_TEXT

REFERENCES = {
    '{ env = "NAME" }': "an environment variable",
    '{ file = "path" }': 'a file, or with key = "a.b" one value of a TOML, YAML or INI file',
    '{ command = ["pass", "show", "okta"] }': "the output of a command, run without a shell",
    '{ keyring = "service/username" }': "the system keyring",
}


def credentials() -> list[str]:
    """Return what each provider needs to connect, by method."""
    lines: list[str] = []
    for provider in PROVIDERS:
        lines += [*_provider(provider), ""]
    lines += ["A plan never contains a secret, only a reference to it:", *rows(REFERENCES)]
    return lines


def _provider(provider: Provider) -> list[str]:
    lines = [f"{provider.title}: before you start", *(f"  {needed}" for needed in provider.needs)]
    titles = method_titles(provider.methods)
    for method, model in provider.methods.items():
        lines += ["", f'{provider.title}, method = "{method}": {titles[method]}']
        for question in questions(model):
            lines += _credential(question)
    return lines


def _credential(question: Question) -> list[str]:
    optional = "" if question.required else " (optional)"
    found = f"    found in: {', '.join(f'${name}' for name in question.env)}" if question.env else ""
    return [line for line in (f"  {question.name}{optional}: {question.title}. {question.help}", found) if line]


def stores() -> list[str]:
    """Return the values of `store`."""
    plain = {
        '"file"': f"{FileStore.title}: one per org, readable only by you",
        '"keyring"': KeyringStore.title,
        '"keyring:unencrypted"': "The system keyring, even if it stores plain text",
        '"screen"': f"{ScreenStore.title}: shown once, stored nowhere",
        '{ command = ["program", "argument"] }': f"{CommandStore.title}: receives the keys on stdin, and runs once for "
        "each key if an argument contains {name}",
    }
    named = {_written(preset): preset.title for preset in PRESETS}
    return [
        "The new keys are issued only once. A plan says where they are stored:",
        *rows({f"store = {value}": words for value, words in plain.items()}),
        "",
        "Stores by name use the tool of that name:",
        *rows({f'store = "{value}"': words for value, words in named.items()}),
        "",
        "In a command, {name} is for example okta-my-child-token, and {NAME_UPPER} is OKTA_MY_CHILD_TOKEN.",
        "{slug} is {name} with nothing but a-z, 0-9 and hyphens.",
        "Stores by name never overwrite an entry: a second org of that name gets okta-my-child-2-token.",
        "",
        "A key file is TOML: comments about the org, then one line for each key:",
        *(f"  {provider.title:<8} {', '.join(provider.secret_titles)}" for provider in PROVIDERS),
        "",
        "The store is tested with a dummy value before anything is created.",
        "If it fails afterwards, the keys go to a private file, and orgwizard names it.",
        f'The test entry is called {PROBE}, or {PROBE}-1a2b3c4d, and contains "{PROBE_TEXT}".',
        "It stays in a store that is a command, and in any store if the run is killed during the test. You can remove",
        f"it with the store's own tool; in the system keyring, its service is {SERVICE}.",
        "",
        "Move the keys of an org later with: orgwizard move NAME --to STORE",
        "If a move is killed, the keys may be in both stores. Run it again: it finishes, and removes the old copy.",
    ]


def _written(preset: Preset) -> str:
    if preset.place is None:
        return preset.name
    optional = preset.place.optional or bool(preset.place.default)
    return f"{preset.name}{'[' if optional else ''}:{preset.place.example}{']' if optional else ''}"
