"""Writes the snippets into `tests/program/snippets`, where a test holds them to what was looked over.

Run it with: python -m tests.snippets
"""

from collections.abc import Iterator
from pathlib import Path

from orgwizard.domain.handoff import ChildOrg
from orgwizard.providers import PROVIDERS

FOLDER = Path(__file__).parent / "program" / "snippets"
SITES = {"okta": ("https://acme.okta.com",), "datadog": ("datadoghq.eu", "http://127.0.0.1:8080")}
ENDINGS = {
    "curl": "sh",
    "python": "py",
    "typescript": "ts",
    "go": "go",
    "java": "java",
    "ruby": "rb",
    "rust": "rs",
    "terraform": "tf",
}


def snippets() -> Iterator[tuple[str, str, str]]:
    """Yield the name of the file, the language and the text of each snippet of every provider, site and kind."""
    for provider in PROVIDERS:
        for number, key in enumerate(SITES[provider.key]):
            org = ChildOrg("my-child", provider.site(key), "00o1-abc", "My Child", "https://my-child.okta.com")
            for kind in ("first_call", "create"):
                for language, text in provider.snippets(org, create=kind == "create").items():
                    elsewhere = "_elsewhere" if number else ""
                    yield f"{provider.key}_{kind}{elsewhere}.{ENDINGS[language]}.txt", language, text


def main() -> None:
    """Write them all, and remove what is none of them any more."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name, _, text in snippets():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
