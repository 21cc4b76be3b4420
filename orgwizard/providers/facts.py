"""What is known of a vendor without asking it: its words, its sites, and where its own tools keep their settings."""

import re
from collections.abc import Mapping
from typing import ClassVar

from orgwizard.domain.forms.questions import Question, Suggestion
from orgwizard.domain.org import Site


class VendorFacts:
    """What a vendor is called, what it needs, and what its credentials and settings look like."""

    key: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    """What the user must have before typing anything: product, permission, keys."""
    name_field: ClassVar[str] = "name"
    """The field of the organization that has to be free."""
    administrator_note: ClassVar[tuple[str, ...]] = ()
    """Said on the administrator step; all that is said where there are no fields."""
    irreversible: ClassVar[str]
    secret_titles: ClassVar[Mapping[str, str]]
    """Titles of the secrets in `Created`, by their name."""
    sites: ClassVar[tuple[Site, ...]] = ()
    """Sites to choose from; where empty, or for another one, the user types it."""
    site_title: ClassVar[str] = "Site"
    site_help: ClassVar[str] = ""
    site_example: ClassVar[str] = ""
    keys_in_body: ClassVar[str] = ""
    """A regular expression of the first of the new keys where it stands in the body of a response."""
    secret_shapes: ClassVar[tuple[str, ...]] = ()
    """Regular expressions of the vendor's credentials as they stand in a text."""
    credential_shapes: ClassVar[Mapping[str, str]] = {}
    """What the vendor's credentials and ids look like, for hints: words and the regular expression of a whole text."""
    id_shapes: ClassVar[tuple[str, ...]] = ()
    """The words of those that are ids and no secrets."""
    auth_schemes: ClassVar[tuple[str, ...]] = ()
    """HTTP authentication schemes of the vendor's own, which are pasted with a token."""
    env_prefixes: ClassVar[tuple[str, ...]] = ("",)
    """How all variables of the vendor begin: where there is none, and no file, nothing has to be looked for."""
    site_env: ClassVar[tuple[str, ...]] = ()
    """Variables that hold the site, best first; several make one as in "{NAME}.{BASE}"."""
    files: ClassVar[tuple[str, ...]] = ()
    """Settings files of the vendor's own tools, best first, from here or from ~; their names tell the language."""
    site_keys: ClassVar[tuple[str, ...]] = ()
    """Dotted keys of the site in those files; those of credentials stand at their fields."""
    method_env: ClassVar[tuple[str, ...]] = ()
    method_keys: ClassVar[tuple[str, ...]] = ()
    method_names: ClassVar[Mapping[str, str]] = {}
    """Variables and keys that say which method a shared name is for, and what they say, in lower case."""
    first_methods: ClassVar[tuple[str, ...]] = ()
    """Methods that the vendor's own tools take before others where what they need is there."""
    finds_with_credentials: ClassVar[bool] = True
    """Whether `find` needs the parent's credentials."""
    remaining_header: ClassVar[str] = ""
    """The header, in lower case, that tells how many more calls are within the limit."""
    settle_seconds: ClassVar[int] = 0
    """How long the vendor recommends waiting after the answer before the new org is called."""

    @property
    def site_question(self) -> Question:
        """Return the question for a site that is typed, like those of the models."""
        listed = bool(self.sites)
        return Question(
            name="site",
            title="API URL" if listed else self.site_title,
            help="Must start with https://." if listed else self.site_help,
            example="https://api.example.com" if listed else self.site_example,
            required=True,
            env=self.site_env,
        )

    def site_correction(self, typed: str) -> str:
        """Return the site that was most likely meant by one that is nearly right, or ""; a guess."""
        del typed
        return ""

    def site_in(self, environ: Mapping[str, str]) -> Suggestion | None:
        """Return the parent's site from the vendor's variables, if it is there."""
        for template in self.site_env:
            names = re.findall(r"{(\w+)}", template) or [template]
            if all(environ.get(name) for name in names):
                value = template.format_map(environ) if "{" in template else environ[template]
                return Suggestion(value, "from " + " and ".join(f"${name}" for name in names))
        return None
