"""What Datadog's credentials look like. Seen in its documentation; lengths of fresh ones may change."""

from collections.abc import Mapping

API_KEY = "a Datadog API key"
APPLICATION_KEY = "a Datadog application key"
TOKEN = "a Datadog access token"  # noqa: S105 - words
SHAPES: Mapping[str, str] = {
    API_KEY: r"[0-9a-f]{32}",
    APPLICATION_KEY: r"[0-9a-f]{40}|ddapp?_[A-Za-z0-9]{34,35}",
    TOKEN: r"dd[ps]at_[A-Za-z0-9_]{16,}",
}
