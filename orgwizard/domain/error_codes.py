"""What scripts go by: exit codes, and the codes of `error.code` in --json, published and never renamed."""

from collections.abc import Mapping
from dataclasses import dataclass

from orgwizard.domain.errors import Exit

EXITS: Mapping[Exit, str] = {
    Exit.READY: "created and ready",
    Exit.BUG: "a bug in orgwizard",
    Exit.USAGE: "wrong usage or plan, or something on this machine cannot be used; nothing was sent",
    Exit.REFUSED: "not created: the service refused. "
    "`check`, `env`, `exec`, `snippet`: the stored keys are no longer valid",
    Exit.NOT_SENT: "not created: the request was never sent",
    Exit.UNKNOWN: "unknown: it may have been created; check before you try again. "
    "`check NAME`, `orgs --check`: not known whether the stored keys are valid",
    Exit.ATTENTION: "created, but something needs attention. "
    "`orgs --check`: some stored keys are no longer valid, or cannot be read",
    Exit.BUSY: "another orgwizard is working on this org; nothing was sent, try again later",
    Exit.LEFT: "you quit or cancelled",
}


@dataclass(frozen=True)
class ErrorCode:
    """What a code means, what to do about it, and the field that it is about, as in "organization.name"."""

    meaning: str
    advice: str = ""
    field: str = ""


_CHECK_RESUME = "Run: orgwizard resume. It checks and stores; it creates nothing."


def _network(cause: str) -> ErrorCode:
    """Return a code of the network; it proves nothing about the request."""
    return ErrorCode(
        cause,
        "`outcome` says whether the request was sent; if unknown, run: orgwizard resume\n"
        "Otherwise check the network, the proxy and the site, then try again.",
    )


OURS: Mapping[str, ErrorCode] = {
    # what the user gave
    "usage": ErrorCode("The arguments of the command are wrong. Nothing was done.", "See: orgwizard COMMAND --help"),
    "BadInput": ErrorCode("An argument, a plan, a profile or a reference is invalid. Nothing was sent.", "Correct it."),
    "BadFields": ErrorCode(
        "Values of the plan are missing or invalid; `problems` lists each. Nothing was sent.",
        "Correct them. For the JSON Schema of a plan: orgwizard schema plan",
    ),
    "not_approved": ErrorCode(
        "The plan is not the one that was approved: its fingerprint differs. Nothing was sent.",
        "Compare: orgwizard plan --plan FILE --hash",
    ),
    "not_confirmed": ErrorCode("The confirmation was declined. Nothing was sent.", "Run the command again."),
    "not_begun": ErrorCode("The run stopped before this row; nothing was sent for it.", "Run the same command again."),
    "left": ErrorCode("Cancelled before anything was sent.", "Run the command again when you are ready."),
    # this machine
    "Unusable": ErrorCode(
        "The terminal, a folder or the store for the new keys cannot be used. Nothing was sent.",
        "Follow the message; `orgwizard check --plan FILE` tests the store.",
    ),
    "Busy": ErrorCode("Another orgwizard is working on this org or attempt.", "Wait until it has finished."),
    "bug": ErrorCode("Internal error in orgwizard.", "Report the error line; it contains no secret."),
    "Trouble": ErrorCode("An error without a specific code.", "Report it."),
    # what became of the order
    "Refused": ErrorCode("The service refused the request. Nothing was created.", "Follow the message."),
    "NotSent": ErrorCode("The request was not sent. Nothing was created.", "Follow the message, then try again."),
    "NoAnswer": ErrorCode("The request may have been sent, and no complete response came.", _CHECK_RESUME),
    "timeout": ErrorCode("The service did not respond in time: it may have created the org.", _CHECK_RESUME),
    "interrupted": ErrorCode("An earlier run was interrupted before it knew the outcome.", _CHECK_RESUME),
    "repeated": ErrorCode(
        "An earlier attempt created this org, or may have. Nothing was sent.",
        f"{_CHECK_RESUME} A second org needs --again.",
    ),
    "name_exists": ErrorCode(
        "The parent has a child org of this name, which another machine may have created. Nothing was sent.",
        "If it is not the org you want, a second one of that name needs --again.",
    ),
    "attention": ErrorCode("The org was created, but something needs attention; `remarks` says what.", _CHECK_RESUME),
    "keys": ErrorCode(
        "`orgs --check` found stored keys that are no longer valid, or cannot be read; `keys` of each org says which.",
        "Check one org: orgwizard check NAME. Replace a token that expires: orgwizard move NAME --replace",
    ),
    "Attention": ErrorCode("The org was created, but a later step failed.", _CHECK_RESUME),
    # the network, by the names of the library that reports them
    "ConnectError": _network("Could not connect to the service."),
    "ReadError": _network("The connection broke while receiving."),
    "WriteError": _network("The connection broke while sending."),
    "CloseError": _network("The connection broke while closing."),
    "NetworkError": _network("The network failed."),
    "ProxyError": ErrorCode("The proxy refused the connection. Nothing was sent.", "Check HTTPS_PROXY and NO_PROXY."),
    "ProtocolError": _network("The request or the response violated the HTTP protocol."),
    "LocalProtocolError": _network("The request was not valid HTTP."),
    "RemoteProtocolError": _network("The response was not valid HTTP, or ended early."),
    "DecodingError": _network("The response could not be decompressed."),
    "UnsupportedProtocol": _network("The address is neither http nor https."),
    "ConnectTimeout": _network("Connecting timed out."),
    "ReadTimeout": _network("Receiving timed out."),
    "WriteTimeout": _network("Sending timed out."),
    "PoolTimeout": _network("Waiting for a free connection timed out."),
}
