"""Okta's hosts: the parent as it is typed or set, and the address of a child beside it."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from orgwizard.domain.address import is_loopback, origin
from orgwizard.domain.errors import BadInput
from orgwizard.domain.forms.questions import Suggestion
from orgwizard.domain.org import Site
from orgwizard.providers.messages import text
from orgwizard.providers.okta.corrections import BASE_DOMAINS


def site_of(typed: str, example: str) -> Site:
    """Return the parent at a host or URL; an -admin host means the plain one, a custom domain is a question."""
    parts = origin(typed, example)
    host = parts.netloc
    base = base_domain(host)
    if parts.hostname in BASE_DOMAINS or (parts.hostname or "").endswith(".com.com"):
        raise BadInput(f"{host} is not the address of an org. Example: {example}.")
    notice = ""
    if base and (plain := host.replace(f"-admin.{base}", f".{base}")) != host:
        notice = f"{host} is the Admin Console; {plain} is used."
        host = plain
    known = bool(base) or is_loopback(parts.hostname or "")
    question = "" if known else f"{host} is not an okta.com address. Send your credentials there anyway?"
    url = f"{parts.scheme}://{host}"
    return Site(key=url, url=url, title=host, app_url=url, notice=notice, question=question)


def site_in(environ: Mapping[str, str]) -> Suggestion | None:
    """Return the parent from the variables of Okta's SDKs, else of Terraform's provider, whose base is okta.com."""
    if url := environ.get("OKTA_CLIENT_ORGURL"):
        return Suggestion(url, "from $OKTA_CLIENT_ORGURL")
    if not (name := _host_in(environ.get("OKTA_ORG_NAME", ""))):
        return None
    if "." in name:
        return Suggestion(name, "from $OKTA_ORG_NAME")
    if base := _host_in(environ.get("OKTA_BASE_URL", "")):
        return Suggestion(f"{name}.{base}", "from $OKTA_ORG_NAME and $OKTA_BASE_URL")
    return Suggestion(f"{name}.{BASE_DOMAINS[0]}", "from $OKTA_ORG_NAME; $OKTA_BASE_URL is not set")


def _host_in(value: str) -> str:
    """Return a host in a variable, without a scheme, dots and slashes around it."""
    return re.sub(r"^https?://", "", value.strip(), flags=re.IGNORECASE).strip("./")


def base_domain(host: str) -> str:
    """Return Okta's domain that *host* (with or without port) lies in, or ""."""
    name = host.partition(":")[0]
    return next((base for base in BASE_DOMAINS if name.endswith(f".{base}")), "")


def on_loopback(site: Site) -> bool:
    """Return whether *site* is a test service on this machine, which serves parent and child alike."""
    return is_loopback(urlsplit(site.url).hostname or "")


def child_origin(domain: str, subdomain: str) -> str:
    """Return the origin that a child would have beside *domain*, "" where that cannot be told."""
    base = base_domain(domain)
    return f"https://{subdomain}.{base}" if base and subdomain else ""


def child_url(site: Site, domain: str, subdomain: str, links: Mapping[str, object]) -> str:
    """Return the child's origin: from its *links* where they can be trusted, else built.

    A link is trusted under the parent's base domain only; where neither is known the result is "".
    """
    if on_loopback(site):
        return site.url
    base = base_domain(domain) or base_domain(site.host)
    trusted = {f"{subdomain}.{known}" for known in ([base] if base else BASE_DOMAINS)}
    for link in links.values():
        if (host := https_host(link)) in trusted:
            return f"https://{host}"
    return f"https://{subdomain}.{base}" if base else ""


def https_host(link: object) -> str:
    """Return host (and port) of a link as Okta's responses contain them, "" if it is no https link."""
    try:
        parts = urlsplit(text(link, "href") if isinstance(link, dict) else "")
    except ValueError:
        return ""
    return parts.netloc if parts.scheme == "https" else ""


def admin_console(url: str) -> str:
    """Return the address of an org's Admin Console, the org's own where that is not known."""
    host = urlsplit(url).netloc
    base = base_domain(host)
    return f"https://{host.removesuffix('.' + base)}-admin.{base}" if base else url
