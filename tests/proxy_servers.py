"""Small proxies for tests: HTTP (CONNECT) and SOCKS5, with and without a login; all lead to one port on loopback."""

import base64
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.servers import Act, Peer, http


@dataclass
class Door:
    """A proxy's behaviour: where it leads, the login it requires, and the targets that it was asked for."""

    port: int
    login: tuple[str, str] | None = None
    targets: list[str] = field(default_factory=list)

    def lead(self, peer: Peer) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as beyond:
            peer.join(beyond)


def http_proxy(door: Door, *challenges: str) -> Act:
    """CONNECT, RFC 9110 9.3.6; a wrong login is answered with 407 and the challenges."""

    def act(peer: Peer) -> None:
        asked = peer.read()
        door.targets.append(asked.target)
        wanted = door.login and f"Basic {base64.b64encode(':'.join(door.login).encode()).decode()}"
        if (wanted and asked.header("Proxy-Authorization") != wanted) or challenges:
            peer.send(http(407, b"", {"Proxy-Authenticate": ", ".join(challenges) or 'Basic realm="x"'}))
            return
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        door.lead(peer)

    return act


def socks_proxy(door: Door, reply: int = 0, greeting: Callable[[Peer], bytes] | None = None) -> Act:
    """RFC 1928 and RFC 1929; *reply* is the code of the answer to CONNECT, *greeting* speaks in place of it all."""

    def act(peer: Peer) -> None:
        methods = peer.more()
        if greeting is not None:
            peer.send(greeting(peer))
            return
        method = 2 if door.login else 0
        if method not in methods[2:]:
            peer.send(b"\x05\xff")
            return
        peer.send(bytes((5, method)))
        if door.login and not _logged_in(peer, door.login):
            return
        door.targets.append(_target(peer.more()))
        peer.send(bytes((5, reply, 0, 1)) + bytes(6))
        if reply == 0:
            door.lead(peer)

    return act


def _logged_in(peer: Peer, login: tuple[str, str]) -> bool:
    data = peer.more()
    user = data[2 : 2 + data[1]]
    password = data[3 + data[1] :]
    right = (user.decode(), password.decode()) == login
    peer.send(bytes((1, 0 if right else 1)))
    return right


def _target(data: bytes) -> str:
    """Return host and port of a CONNECT; the name itself where the proxy is to resolve it."""
    kind, body = data[3], data[4:]
    if kind == 3:
        host, rest = body[1 : 1 + body[0]].decode(), body[1 + body[0] :]
    else:
        size = 4 if kind == 1 else 16
        host, rest = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, body[:size]), body[size:]
    return f"{host}:{struct.unpack('!H', rest)[0]}"
