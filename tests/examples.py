"""How many examples of a property are tried at most, whatever the profile says, where each of them takes long."""

from hypothesis import settings

MOST = 25
few = settings(max_examples=min(MOST, settings().max_examples))
