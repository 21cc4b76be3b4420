"""When the next create call may leave, by the headers of the response to the last one."""

from email.utils import formatdate

import pytest

from orgwizard.domain.http import Response
from orgwizard.providers import PROVIDERS, provider_of
from orgwizard.providers.contract import Provider

NOW = 1_800_000_000.0
DATE = {"date": formatdate(NOW, usegmt=True)}
OKTA = {"x-rate-limit-reset": str(int(NOW) + 40), **DATE}
DATADOG = {"x-ratelimit-reset": "40", **DATE}


@pytest.mark.parametrize(
    ("key", "status", "headers", "seconds"),
    [
        ("okta", 201, {**OKTA, "x-rate-limit-remaining": "0"}, 41),  # Okta's SDKs add a second
        ("okta", 201, {**OKTA, "x-rate-limit-remaining": "1"}, 0),
        ("okta", 400, {**OKTA, "x-rate-limit-remaining": "0"}, 41),
        ("okta", 201, OKTA, 0),
        ("okta", 429, {"retry-after": "7"}, 7),
        ("okta", 429, {}, 0),
        ("datadog", 200, {**DATADOG, "x-ratelimit-remaining": "0"}, 40),
        ("datadog", 200, {**DATADOG, "x-ratelimit-remaining": "2"}, 0),
        ("datadog", 200, {**DATADOG, "x-ratelimit-remaining": "nonsense"}, 0),
        ("datadog", 429, DATADOG, 40),
    ],
)
def test_the_wait_is_what_the_headers_say(key: str, status: int, headers: dict[str, str], seconds: float) -> None:
    assert provider_of(key).wait_before_next(Response(status, headers), NOW) == seconds


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)
def test_a_response_that_says_nothing_asks_for_no_wait(provider: Provider) -> None:
    assert provider.wait_before_next(Response(200, {}), NOW) == 0
