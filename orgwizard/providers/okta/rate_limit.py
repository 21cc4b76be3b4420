"""When Okta's rate limit ends."""

from orgwizard.domain.http import Response
from orgwizard.domain.http_times import longest, number, retry_after, service_time


def wait_after(response: Response, now: float) -> float | None:
    """Return the longer of Retry-After and X-Rate-Limit-Reset, in seconds; None if neither says anything.

    Okta's reset is an absolute time by its own clock, to which its SDKs add a second; *now* is ours, in epoch seconds.
    """
    reset, sent = number(response.headers.get("x-rate-limit-reset", "")), service_time(response)
    limit = None if reset is None else reset - (now if sent is None else sent) + 1
    return longest(limit, retry_after(response, now))
