"""What scripts go by: exit codes, and the codes of `error.code` in --json, published and never renamed."""

from collections.abc import Mapping
from dataclasses import dataclass

from orgwizard.domain.errors import Exit

EXITS: Mapping[Exit, str] = {
    Exit.READY: "created and ready",
    Exit.BUG: "a bug in orgwizard",
    Exit.USAGE: "wrong usage or plan, or something on this machine cannot be used; nothing was sent",
    Exit.REFUSED: "not created: the service refused; `check NAME`: the stored keys are no longer valid",
    Exit.NOT_SENT: "not created: the request was never sent",
    Exit.UNKNOWN: "unknown: it may have been created; check before you try again. "
    "`check NAME`, `orgs --check`: not known whether the stored keys are valid",
    Exit.ATTENTION: "created, but something needs attention. "
    "`orgs --check`: some stored keys are no longer valid, or cannot be read",
    Exit.BUSY: "another orgwizard is at this order right now; nothing was sent, try again later",
    Exit.LEFT: "cancelled",
}


@dataclass(frozen=True)
class ErrorCode:
    """What a code means, what to do about it, and the field that it is about, as in "organization.name"."""

    meaning: str
    advice: str = ""
    field: str = ""


_CHECK_RESUME = "Run: orgwizard resume. It checks and stores; it creates nothing."
_NOT_REACHED = "The service could not be reached; the request was not sent, or its outcome is unknown: see `outcome`."
_NETWORK = ErrorCode(_NOT_REACHED, "Check the network, the proxy and the site, then try again. If unknown, resume.")
_TIMED_OUT = ErrorCode("The network timed out. `outcome` says whether the request was sent.", _NETWORK.advice)

OURS: Mapping[str, ErrorCode] = {
    # what the user gave
    "usage": ErrorCode("The arguments of the command are wrong. Nothing was done.", "See: orgwizard COMMAND --help"),
    "BadInput": ErrorCode("An argument, a plan, a profile or a reference is invalid. Nothing was sent.", "Correct it."),
    "BadFields": ErrorCode(
        "Values of the plan are missing or invalid; `problems` lists each. Nothing was sent.",
        "Correct them. The schema of a plan is printed by: orgwizard schema plan",
    ),
    "not_approved": ErrorCode(
        "The plan is not the one that was approved: its fingerprint differs. Nothing was sent.",
        "Compare: orgwizard plan --plan FILE --hash",
    ),
    "not_confirmed": ErrorCode("The question was not answered with `create`. Nothing was sent.", "Start again."),
    "not_begun": ErrorCode("The table stopped before this row. Nothing was sent for it.", "Run the table again."),
    "left": ErrorCode("Cancelled before anything was sent.", "Start again when ready."),
    # this machine
    "Unusable": ErrorCode(
        "The terminal, a folder or the store for the new keys cannot be used. Nothing was sent.",
        "Follow the message; `orgwizard check --plan FILE` tests the store.",
    ),
    "Busy": ErrorCode("Another orgwizard is working on this order or attempt right now.", "Wait until it ends."),
    "bug": ErrorCode("Internal error in orgwizard.", "Report the line that it printed; no secret is in it."),
    "Trouble": ErrorCode("An error of no other kind.", "Report it."),
    # what became of the order
    "Refused": ErrorCode("The service refused the request. Nothing was created.", "Follow the message."),
    "NotSent": ErrorCode("The request was not sent. Nothing was created.", "Follow the message, then try again."),
    "NoAnswer": ErrorCode("The request may have been sent, and no complete response came.", _CHECK_RESUME),
    "timeout": ErrorCode("The service did not respond in time: it may have created the org.", _CHECK_RESUME),
    "interrupted": ErrorCode("An earlier run was interrupted before it knew the outcome.", _CHECK_RESUME),
    "repeated": ErrorCode(
        "An attempt at this order exists that created the org, or may have. Nothing was sent.",
        f"{_CHECK_RESUME} A second org needs --again.",
    ),
    "attention": ErrorCode("The org was created, and something needs a person; `remarks` says what.", _CHECK_RESUME),
    "keys": ErrorCode(
        "`orgs --check` found stored keys that are no longer valid, or cannot be read; `keys` of each org says which.",
        "Replace them: orgwizard move NAME --replace",
    ),
    "Attention": ErrorCode("The org was created, and something after it failed.", _CHECK_RESUME),
    # the network, by the names of the library that reports them
    "ConnectError": _NETWORK,
    "ReadError": _NETWORK,
    "WriteError": _NETWORK,
    "CloseError": _NETWORK,
    "NetworkError": _NETWORK,
    "ProxyError": ErrorCode("The proxy refused the connection. Nothing was sent.", "Check HTTPS_PROXY and NO_PROXY."),
    "ProtocolError": _NETWORK,
    "LocalProtocolError": _NETWORK,
    "RemoteProtocolError": _NETWORK,
    "DecodingError": _NETWORK,
    "UnsupportedProtocol": _NETWORK,
    "ConnectTimeout": _TIMED_OUT,
    "ReadTimeout": _TIMED_OUT,
    "WriteTimeout": _TIMED_OUT,
    "PoolTimeout": _TIMED_OUT,
}
