"""Datadog's sites, and which of them is meant by what a person or a variable says."""

import re
from dataclasses import replace
from difflib import get_close_matches

from orgwizard.domain.address import is_loopback, origin
from orgwizard.domain.errors import BadInput
from orgwizard.domain.org import Site


def _site(name: str, key: str, location: str, app_host: str) -> Site:
    return Site(key, f"https://api.{key}", title=name, location=location, app_url=f"https://{app_host}")


# Source: the servers of the v1 document and the reference pages, which list nine.
SITES = (
    _site("US1", "datadoghq.com", "United States", "app.datadoghq.com"),
    _site("US3", "us3.datadoghq.com", "United States", "us3.datadoghq.com"),
    _site("US5", "us5.datadoghq.com", "United States", "us5.datadoghq.com"),
    _site("EU1", "datadoghq.eu", "Germany", "app.datadoghq.eu"),
    _site("AP1", "ap1.datadoghq.com", "Japan", "ap1.datadoghq.com"),
    _site("AP2", "ap2.datadoghq.com", "Australia", "ap2.datadoghq.com"),
    _site("UK1", "uk1.datadoghq.com", "United Kingdom", "uk1.datadoghq.com"),
    _site("US1-FED", "ddog-gov.com", "US government", "app.ddog-gov.com"),
    _site("US2-FED", "us2.ddog-gov.com", "US government", "us2.ddog-gov.com"),
)

_ALIASES = {"US": "US1", "EU": "EU1", "UK": "UK1"}  # the first two as the sites were called when there were two
# What looks like a site that is not known here is never taken for an org's address at a known one.
_LIKE_A_SITE = re.compile(r"[a-z]{2,3}\d+|api|www|us|eu|uk|ap|gov|fed")


def site_of(typed: str, example: str) -> Site:
    """Return the site that *typed* names; raises `BadInput`. Another API URL is a site with a question."""
    named = _by_name(typed)
    if re.fullmatch(r"[\w -]{1,12}", named.strip()) and not is_loopback(named.strip().lower()):
        raise BadInput(f"Unknown site. Known: {', '.join(site.title for site in SITES)}.")
    parts = origin(named, example)
    for site in SITES:
        if parts.netloc in (site.key, site.host, site.app_url.removeprefix("https://")):
            return site
        label, _, rest = parts.netloc.partition(".")
        if rest == site.key and not _LIKE_A_SITE.fullmatch(label):
            return replace(site, notice=f"{parts.netloc} is an address at {site.title}; {site.host} is used.")
    return _elsewhere(typed, parts.scheme, parts.netloc, on_loopback=is_loopback(parts.hostname or ""))


def _by_name(typed: str) -> str:
    """Return the key of a site that was named as US1, EU1 and so on; other text unchanged."""
    name = _ALIASES.get(_bare(typed), typed)
    return next((site.key for site in SITES if _bare(site.title) == _bare(name)), typed)


def _bare(name: str) -> str:
    """Return a name in capitals without what stands between its parts: US5 for "us-5"."""
    return re.sub(r"[\s_-]+", "", name).upper()


def site_meant(typed: str) -> str:
    """Return the key of the site that a misspelt one most likely names, or ""."""
    text = re.sub(r"^h?t+ps?[:;]?/+", "", typed.strip().lower())
    host = re.split(r"[/?#:]", text, maxsplit=1)[0].strip(".").replace("datadog.", "datadoghq.")
    found = _site_below(host)
    return "" if not found or _is_site(typed) else found


def _site_below(host: str) -> str:
    """Return the key of the site that *host* belongs to or is nearly called, or ""."""
    labels, known = host.split("."), {site.key: site.key for site in SITES}
    known |= {name: site.key for site in SITES for name in (site.host, site.app_url.removeprefix("https://"))}
    if len(labels) > 1 and (alias := _ALIASES.get(labels[0].upper())):
        return _by_name(alias)
    for at in range(len(labels) - 1):
        if (below := ".".join(labels[at:])) in known and not any(map(_LIKE_A_SITE.fullmatch, labels[:at])):
            return known[below]
    close = get_close_matches(host, known, 1, 0.9) if len(labels) > 1 else []
    return known[close[0]] if close and not re.findall(r"\d", host) else ""


def _is_site(typed: str) -> bool:
    try:
        return not site_of(typed, "").question
    except BadInput:
        return False


def _elsewhere(typed: str, scheme: str, netloc: str, *, on_loopback: bool) -> Site:
    if "://" not in typed and not on_loopback:
        known = ", ".join(site.key for site in SITES)
        raise BadInput(f"There is no Datadog site {netloc}. Known: {known}; or enter an API URL with https://.")
    url = f"{scheme}://{netloc}"
    question = "" if on_loopback else f"{url} is not a datadoghq.com site. Send your keys there anyway?"
    return Site(url, url, title=netloc, location="Other API URL", app_url=url, question=question)
