"""Nonces that a server demands in DPoP proofs (RFC 9449 sections 8 and 9)."""

from orgwizard.sandbox.ids import IdFactory

_NEW_SECONDS, _OLD_SECONDS = 24 * 3600, 72 * 3600


class Nonces:
    """The nonces of one server: the newest is demanded after a day, older ones work for two days more.

    `born` says when each was handed out, in epoch seconds.
    """

    def __init__(self, ids: IdFactory) -> None:
        self._ids = ids
        self.born: dict[str, float] = {}

    def newest(self, now: float) -> str:
        """Return the nonce to hand out, a new one where the last is a day old."""
        for nonce, born in reversed(self.born.items()):
            if now - born < _NEW_SECONDS:
                return nonce
            break
        nonce = self._ids.text(32)
        self.born[nonce] = now
        return nonce

    def knows(self, nonce: object, now: float) -> bool:
        """Return whether a nonce still works."""
        return isinstance(nonce, str) and now - self.born.get(nonce, -_OLD_SECONDS) < _OLD_SECONDS
