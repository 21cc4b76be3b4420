"""What Okta's credentials look like. Seen in its documentation; lengths of fresh ones may change."""

from collections.abc import Mapping

TOKEN = "an Okta API token"  # noqa: S105 - words
ID = "an Okta ID, not a secret"
SHAPES: Mapping[str, str] = {TOKEN: r"00[\w-]{40}", ID: r"0[0o][a-zA-Z][0-9a-zA-Z]{17}"}
