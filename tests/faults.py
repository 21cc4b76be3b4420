"""What can break while an org is created, and what must come of it: one table for the tests and for the README."""

import gzip
import json
import resource
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.servers import GIVEN, Peer, http, json_answer

if TYPE_CHECKING:
    from tests.scene import Scene

Act: TypeAlias = Callable[["Scene", Peer], None]
Body: TypeAlias = Mapping[str, Any]
Change: TypeAlias = Callable[[Body], bytes]
Step: TypeAlias = Callable[["Scene"], None]
BOTH = ("okta", "datadog")
OKTA, DATADOG = ("okta",), ("datadog",)

CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"

NOW = 1_800_000_000  # in epoch seconds, by the service's clock
HURRIED = 500.0  # a wait of two minutes takes a quarter of a second
PROCESS_SPEED = 20.0
REAL_TIME = 1.0


class Keys(StrEnum):
    """Where the new keys are at the end; wherever that is not the chosen store, the program says so."""

    STORE = "in the chosen store, a private file"
    SAFE = "in the chosen store, a command"
    ODD = "in the chosen store; the unusual response is saved, too"
    AWAY = "in the chosen store; the response is in the folder that was moved away"
    FALLBACK = "in a private file instead of the store"
    ANSWER = "in the response, which is saved unchanged"
    SAVED = "in the response, because every store failed; `resume` moves them"
    SCREEN = "printed, because nothing could be written"
    LOST = "lost with the response"
    CUT = "lost; the part of the response that arrived is saved"
    OPEN = "never arrived; the attempt stays open"
    ABSENT = "none in the response, which is saved"
    NONE = "none were issued"


# ---- what the service does with the create call ---------------------------------------------------------


def saying(change: Change, *, status: int = 0, encoding: str = "", missing: int = 0) -> Act:
    """Create the org and answer with what *change* makes of the documented body, *missing* some bytes at its end."""

    def act(scene: "Scene", peer: Peer) -> None:
        scene.take(peer)
        body = change(dict(scene.documented))
        headers = {"Content-Length": str(len(body) + missing), "Content-Encoding": encoding or "identity"}
        peer.send(http(status or scene.success, body, headers))

    return act


def creating(scene: "Scene", peer: Peer) -> None:
    """Create the org and say so."""
    saying(text)(scene, peer)


def answering(data: bytes) -> Act:
    """Read the whole request, answer with *data* and close."""

    def act(scene: "Scene", peer: Peer) -> None:
        scene.take(peer)
        peer.send(data)

    return act


def half_read(scene: "Scene", peer: Peer) -> None:
    """Reset the connection with the request half read."""
    scene.took()
    peer.reset()


def read_and_reset(scene: "Scene", peer: Peer) -> None:
    scene.take(peer)
    peer.reset()


def silent(scene: "Scene", peer: Peer) -> None:
    scene.take(peer)
    peer.wait()


def limited(scene: "Scene", peer: Peer) -> None:
    """Refuse the first request until a second from now, and create with the next one."""
    (creating if scene.posted else busy(1))(scene, peer)


def asked_to_wait(value: str) -> Act:
    """Refuse the first request with this `Retry-After` and nothing else, and create with the next one."""

    def act(scene: "Scene", peer: Peer) -> None:
        if scene.posted:
            creating(scene, peer)
            return
        scene.take(peer)
        scene.made = False
        peer.send(json_answer(429, {"errorCode": "E0000047"}, Date=formatdate(NOW, usegmt=True), Retry_After=value))

    return act


def in_two_parts(scene: "Scene", peer: Peer) -> None:
    """Answer with a twentieth of the body, and with the rest when nobody waits for a first byte any more."""
    scene.take(peer)
    body = text(scene.documented)
    answer = http(scene.success, body)
    cut = len(answer) - len(body) + len(body) // 20
    peer.send(answer[:cut])
    peer.pause(1.2 * scene.fault.patience_seconds)
    peer.send(answer[cut:])


def repeating(scene: "Scene", peer: Peer) -> None:
    """Refuse the request, and repeat all of it in the refusal."""
    seen = peer.read()
    scene.took()
    said = f"{seen.headers} {seen.body.decode()}"
    peer.send(json_answer(400, {"errorCode": "E0000001", "errorSummary": said, "errors": [said]}))


def pointing_away(scene: "Scene", peer: Peer) -> None:
    """Redirect the request to an address that holds its credentials."""
    seen = peer.read()
    scene.took()
    secrets = [secret for secret in GIVEN if secret in str(seen.headers)]
    peer.send(http(307, b"", {"Location": f"https://elsewhere.example/?key={secrets[0]}"}))


def busy(seconds: int) -> Act:
    """Refuse the request for some time."""

    def act(scene: "Scene", peer: Peer) -> None:
        scene.take(peer)
        peer.send(scene.too_many(seconds))

    return act


def after(step: Step, then: Act = creating) -> Act:
    """Do something to the program or its surroundings while it waits for its answer, then go on."""

    def act(scene: "Scene", peer: Peer) -> None:
        peer.peek()
        step(scene)
        then(scene, peer)

    return act


# ---- what breaks around the program while it waits ---------------------------------------------------------


def send(*numbers: int) -> Step:
    """Signal the program."""

    def step(scene: "Scene") -> None:
        for number in numbers:
            scene.running.send_signal(number)

    return step


def kill(scene: "Scene") -> None:
    """Kill the program, and be sure of it."""
    scene.running.kill()
    scene.running.wait()


def killed(scene: "Scene", peer: Peer) -> None:
    """Kill the program as soon as the request is whole: the org is created and nobody hears of it."""
    scene.take(peer)
    kill(scene)


def two_signals(scene: "Scene", peer: Peer) -> None:
    after(send(signal.SIGHUP, signal.SIGTERM), silent)(scene, peer)


def term_after_429(scene: "Scene", peer: Peer) -> None:
    after(send(signal.SIGTERM), busy(600))(scene, peer)


def stopped(scene: "Scene", peer: Peer) -> None:
    """Stop the program for longer than any of its limits; the answer comes meanwhile."""
    scene.take(peer)
    send(signal.SIGSTOP)(scene)
    peer.send(http(scene.success, text(scene.documented)))
    time.sleep(1.2 * 120 / scene.fault.speed)
    send(signal.SIGCONT)(scene)


def full_disk(scene: "Scene") -> None:
    """Let no file take another byte."""
    resource.prlimit(scene.running.pid, resource.RLIMIT_FSIZE, (0, 0))


def lost_folder(name: str) -> Step:
    """Put a file in place of a folder."""

    def step(scene: "Scene") -> None:
        folder = scene.home.home / name
        folder.rename(folder.with_name("elsewhere"))
        folder.write_text("in the way")

    return step


def twice(scene: "Scene") -> None:
    """Start the same order a second time."""
    scene.second = scene.home.run(*scene.command)


# ---- the table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """What breaks, and what must come of it.

    `made`: whether the service creates the org. `create` is what it does with each create call. `proxy` is what the
    way there does with it, `before` and `probe` what happens at the last read before it and at the first one after it.
    `alone` runs the program as a process of its own, at `speed`, and `resumed` runs `orgwizard resume` after it;
    in this process an answer is waited for `patience_seconds` of real time.
    """

    what: str
    made: bool
    requests: int
    outcome: str
    code: int
    keys: Keys
    providers: tuple[str, ...] = BOTH
    create: Act = creating
    proxy: Callable[[Peer], None] | None = None
    before: Step | None = None
    probe: Step | None = None
    site: str = ""
    store: str = '"file"'
    ring: str = "Working"
    alone: bool = False
    speed: float = HURRIED
    patience_seconds: float = 30.0
    resumed: bool = False


def unsent(what: str, providers: tuple[str, ...], **injected: Any) -> list[Fault]:
    """Return a fault that keeps the request from leaving."""
    return [Fault(what, False, 0, "not_created", 4, Keys.NONE, providers, **injected)]


def doubt(
    what: str, create: Act, providers: tuple[str, ...] = DATADOG, keys: Keys = Keys.LOST, **settings: Any
) -> list[Fault]:
    """Return a fault after which the org may or may not be there; *keys* are its new keys where it is."""
    there = Fault(f"{what}; the org was created", True, 1, "created", 6, keys, providers, create)
    absent = Fault(f"{what}; the org was not created", False, 1, "unknown", 5, Keys.OPEN, providers, create)
    return [replace(fault, **settings) for fault in (there, absent)]


def refusal(what: str, create: Act, requests: int = 1, providers: tuple[str, ...] = BOTH) -> list[Fault]:
    """Return an answer that says no."""
    return [Fault(what, False, requests, "not_created", 3, Keys.NONE, providers, create)]


def late(what: str, retry_after: str) -> list[Fault]:
    """Return a refusal that asks for a pause before the org is created."""
    return [Fault(what, True, 2, "created", 0, Keys.STORE, create=asked_to_wait(retry_after))]


def broken(what: str, create: Act, keys: Keys = Keys.STORE, **settings: Any) -> list[Fault]:
    """Return an answer that comes in another way than documented, which has nothing to do with the provider."""
    usual = Fault(what, True, 1, "created", 0 if keys == Keys.STORE else 6, keys, DATADOG, create)
    return [replace(usual, **settings)]


def odd(what: str, change: Change, keys: Keys = Keys.STORE) -> list[Fault]:
    """Return an answer with another body than documented."""
    return [Fault(what, True, 1, "created", 0 if keys == Keys.STORE else 6, keys, BOTH, saying(change))]


def around(what: str, create: Act, code: int = 0, keys: Keys = Keys.STORE, **settings: Any) -> list[Fault]:
    """Return something that breaks on this machine while the request is on its way."""
    usual = Fault(what, True, 1, "created", code, keys, DATADOG, create, alone=True, speed=PROCESS_SPEED)
    return [replace(usual, **settings)]


def web_page(status: int) -> Act:
    return answering(http(status, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}))


def error(status: int) -> Act:
    return answering(json_answer(status, {"errorCode": "E0000006", "errors": ["no"]}))


HUGE = b" " * (5 * 1024 * 1024)
LONG = "x" * 5000
LONG_KEYS = {"token": LONG, "api_key": {"key": LONG}, "application_key": {"hash": LONG}}
SEE_OTHER = {"Location": "https://elsewhere.example/done?key=s3cret"}
TAKEN = json_answer(400, {"errorCode": "E0000088", "errorSummary": "The subdomain exists already."})
REDIRECT = http(307, b"", {"Location": "https://elsewhere.example/api/v1/org"})
READ_ONLY = json_answer(503, {"errorCode": "E0000010", "errorSummary": "read-only"})
WRONG = {"id": 7, "name": ["x"], "status": None, "_links": "no", "org": {"public_id": 7, "name": None}, "user": 3}
FAILING = '{ command = ["sh", "-c", "cat > /dev/null; test {name} = orgwizard-probe"] }'
HANGING = '{ command = ["sh", "-c", "cat > /dev/null; test {name} = orgwizard-probe || sleep 600"] }'
KILLING = """{ command = ["sh", "-c", '''
    test {name} = orgwizard-probe && exec cat > /dev/null
    test -e was || { touch was; kill -9 $PPID; }
    cat >> safe
'''] }"""


def lying(length: str, head: str = "") -> Act:
    """Create the org and answer with this Content-Length, the true one if it is "", and an odd *head* before it."""

    def act(scene: "Scene", peer: Peer) -> None:
        scene.take(peer)
        body = text(scene.documented)
        said = length or str(len(body))
        peer.send(f"HTTP/1.1 {scene.success} OK\r\n{head}Content-Length: {said}\r\n\r\n".encode() + body)

    return act


def text(body: Body) -> bytes:
    return json.dumps(body).encode()


def without(*names: str) -> Change:
    return lambda body: text({name: value for name, value in body.items() if name not in names})


def having(members: Body) -> Change:
    return lambda body: text({**body, **members})


def refusing_proxy(peer: Peer) -> None:
    peer.send(http(407, b"", {"Proxy-Authenticate": "Basic"}))


def deaf(peer: Peer) -> None:
    peer.wait()


def reset_in_handshake(peer: Peer) -> None:
    peer.send(CONNECTED)
    peer.peek()
    peer.reset()


def deaf_in_handshake(peer: Peer) -> None:
    peer.send(CONNECTED)
    peer.wait()


FAULTS: tuple[Fault, ...] = (
    # it never leaves
    *unsent("the host name does not resolve", DATADOG, site="https://api.nowhere.invalid"),
    *unsent("the connection is refused", DATADOG, before=lambda scene: scene.server.refuse()),
    *unsent("the connection is neither accepted nor refused", DATADOG, before=lambda scene: scene.server.clog()),
    *unsent("the certificate is not trusted", OKTA, before=lambda scene: scene.distrust()),
    *unsent("the connection is reset in the TLS handshake", OKTA, proxy=reset_in_handshake),
    *unsent("the TLS handshake stalls", OKTA, proxy=deaf_in_handshake),
    *unsent("the proxy refuses", OKTA, proxy=refusing_proxy),
    *unsent("the proxy stalls", OKTA, proxy=deaf),
    # it left, and no answer tells what became of it
    *doubt("reset with the request half read", half_read),
    *doubt("reset after the request", read_and_reset),
    *doubt("closed without a response", answering(b""), BOTH),
    *doubt("closed in the middle of the response headers", answering(b"HTTP/1.1 200 OK\r\nContent-")),
    *doubt("no response within two minutes", silent, patience_seconds=1.5),
    *doubt("500", error(500), BOTH),
    *doubt("502, a web page", web_page(502)),
    *doubt("503, a web page", web_page(503)),
    *doubt("504", web_page(504)),
    *doubt("302 to another host", answering(http(302, b"", SEE_OTHER)), BOTH),
    *doubt("303 to another host", answering(http(303, b"", SEE_OTHER)), BOTH),
    *doubt("200 with {}, which names no org", saying(lambda _: b"{}"), BOTH, keys=Keys.CUT),
    Fault("400 'exists already'; the org was created", True, 1, "created", 6, Keys.LOST, OKTA, answering(TAKEN)),
    *refusal("400 'exists already'; the org was not created", answering(TAKEN), providers=OKTA),
    *doubt("403, a web page from a proxy or firewall", web_page(403)),
    # the service says no
    *refusal("a redirect to another host", answering(REDIRECT)),
    *refusal("a redirect to another host, with a secret in the URL", pointing_away),
    *refusal("400", error(400)),
    *refusal("400 that echoes the whole request", repeating),
    *refusal("401", error(401)),
    *refusal("403", error(403)),
    *refusal("503, read-only mode", answering(READ_ONLY), providers=OKTA),
    *refusal("429, every time", busy(1), requests=4),
    *refusal("429 with a wait of more than 15 minutes", busy(3600)),
    Fault("429 with a reset time, then success", True, 2, "created", 0, Keys.STORE, create=limited),
    *[
        Fault(
            f"{status} with the new org and its keys in it",
            True,
            1,
            "created",
            6,
            Keys.ODD,
            BOTH,
            saying(text, status=status),
        )
        for status in (429, 403, 500)
    ],
    *late("429 with Retry-After in seconds, then success", "7"),
    *late("429 with Retry-After as a date, then success", formatdate(NOW + 7, usegmt=True)),
    *late("429 with an invalid Retry-After, then success", "-1e999 soon"),
    # an answer, and an odd one
    *broken("a 2xx status that is not documented", saying(text, status=299)),
    *broken("gzip that was not requested", saying(lambda b: gzip.compress(text(b)), encoding="gzip")),
    *broken("a response of more than 4 MiB", saying(lambda body: text(body) + HUGE)),
    *broken("the keys come after 4 MiB of other data", saying(lambda body: HUGE + text(body))),
    *broken("the response is cut off after the keys", saying(lambda body: text(body)[:-2], missing=500), Keys.ODD),
    *broken("the response is cut off before the keys", saying(lambda body: text(body)[:9], missing=500), Keys.CUT),
    *broken("a twentieth of the body at once, and the rest after two minutes", in_two_parts, patience_seconds=1.0),
    *broken("an invalid line among the headers", lying("", "X-Odd\r\n")),
    *broken("Content-Length is too short", lying("5")),
    *broken("Content-Length is too long", lying("5000"), Keys.ODD),
    *broken("Content-Length is not a number", lying("many")),
    *broken("an empty response", saying(lambda _: b""), Keys.LOST),
    *odd("JSON after other text", lambda body: b"created: " + text(body), Keys.ODD),
    *odd("a response that is not JSON", lambda body: text(body).replace(b"{", b"("), Keys.ANSWER),
    *odd("a response without keys", without("token", "api_key", "application_key"), Keys.ABSENT),
    *odd("a response without ID and name", without("id", "name", "org"), Keys.ODD),
    *odd("a response with wrong types", having(WRONG), Keys.ODD),
    *odd("keys of 5000 characters", having(LONG_KEYS)),
    # this machine
    *around("the disk fills up", after(full_disk), 6, Keys.SCREEN),
    *around("the folder of the keys disappears", after(lost_folder("data")), 6, Keys.SAVED),
    *around("the folder of the journal disappears", after(lost_folder("state")), 6, Keys.AWAY),
    *around("the keyring fails after its test", creating, 6, Keys.FALLBACK, store='"keyring"', ring="Failing"),
    *around("the keyring hangs after its test", creating, 6, Keys.FALLBACK, store='"keyring"', ring="Hanging"),
    *around("the keyring loses what it stored", creating, 6, Keys.FALLBACK, store='"keyring"', ring="Forgetful"),
    *around("the store command fails after its test", creating, 6, Keys.FALLBACK, store=FAILING),
    *around("the store command hangs after its test", creating, 6, Keys.FALLBACK, store=HANGING),
    # signals
    *around("SIGTERM", after(send(signal.SIGTERM)), 143),
    *around("SIGHUP: the terminal is closed", after(send(signal.SIGHUP)), 129),
    *around("SIGINT: Ctrl+C", after(send(signal.SIGINT)), 130),
    *around("SIGQUIT: Ctrl+\\", after(send(signal.SIGQUIT)), 131),
    *around("two signals: the response is no longer awaited", two_signals, 129, Keys.OPEN, outcome="unknown"),
    *around("SIGTERM while waiting after a 429", term_after_429, 143, Keys.NONE, outcome="not_created", made=False),
    *around("SIGSTOP for longer than any limit, SIGCONT after the response arrived", stopped, speed=60.0),
    *around("SIGKILL while the request is under way, then `orgwizard resume`", killed, 6, Keys.LOST, resumed=True),
    *around("SIGKILL while the keys are stored, then `resume`", creating, 6, Keys.SAFE, store=KILLING, resumed=True),
    *around("SIGKILL while waiting until the new org is ready, then `resume`", creating, probe=kill, resumed=True),
    *around("a second orgwizard with the same order at the same time", after(twice), speed=REAL_TIME),
)


def table() -> str:
    """Return the table in Markdown."""
    rows = ["| what breaks | at | create requests | outcome | exit code | the new keys |", "|---|---|---|---|---|---|"]
    for fault in FAULTS:
        at = "both" if fault.providers == BOTH else fault.providers[0]
        told = fault.outcome.replace("_", " ")
        rows.append(f"| {fault.what} | {at} | {fault.requests} | {told} | {fault.code} | {fault.keys} |")
    return "\n".join(rows) + "\n"
