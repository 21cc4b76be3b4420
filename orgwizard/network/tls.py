"""Whom TLS trusts: the system's roots and those of a company; and who issued a certificate."""

import asyncio
import os
import ssl
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orgwizard.domain.errors import BadInput
from orgwizard.network import deadlines

# OpenSSL's variable, then those of requests and curl: what works with their tools has to work here.
_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# Where distributions keep all roots in one file: Debian and Arch, Fedora and RHEL, openSUSE, Alpine.
_SYSTEM_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def trusted_roots(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that verifies against the system's roots, those of *ca_file* and of the variables.

    OpenSSL reads SSL_CERT_FILE in place of the system's own file: the latter is added by its name.
    """
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    named = [(Path(value), f"in {name}") for name in _CA_VARIABLES if (value := os.environ.get(name))]
    if ca_file:
        named.append((ca_file, "with --ca-file"))
    # Often all the variables name one file, and reading it takes a thirtieth of a second each time.
    files = {os.path.realpath(file): (file, remedy) for file, remedy in named}
    for file, remedy in files.values():
        _add_roots(context, file, remedy)
    if os.environ.get("SSL_CERT_FILE"):
        system = (ssl.get_default_verify_paths().openssl_cafile, *_SYSTEM_ROOTS)
        for path in set(map(os.path.realpath, filter(os.path.exists, system))) - set(files):
            context.load_verify_locations(path)
    return context


def _add_roots(context: ssl.SSLContext, file: Path, remedy: str) -> None:
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode):  # of files named by their hashes, as requests takes it
            context.load_verify_locations(capath=file)
            return
        if not stat.S_ISREG(mode):  # a pipe would be waited for
            raise ValueError("not a regular file")
        context.load_verify_locations(file)
    except (OSError, ValueError) as error:
        named = isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.strerror
        words = named or "it is not a PEM file with certificates"
        raise BadInput(f"The CA file {file} cannot be used: {words}.", f"Name a PEM file {remedy}.") from None


def issuer_of(certificate: Mapping[str, Any]) -> str:
    """Return who issued a certificate, given as by `ssl`: the organization, else the common name, or ""."""
    names = {name: value for part in certificate.get("issuer", ()) for name, value in part}
    return str(names.get("organizationName") or names.get("commonName") or "")


async def issuer_shown(host: str, port: int) -> str:
    """Return who issued the certificate that a host shows, "" where none is shown.

    A connection that was refused for its certificate does not hand it over: it is asked for once more, and
    nothing is sent there.
    """
    from cryptography import x509

    try:
        limit = deadlines.CONNECT_SECONDS / 2
        shown = await asyncio.to_thread(ssl.get_server_certificate, (host, port), timeout=limit)
        return x509.load_pem_x509_certificate(shown.encode()).issuer.rfc4514_string()
    except (OSError, ValueError, asyncio.CancelledError):  # who leaves now is told that nothing was sent
        return ""
