"""The ends of an attempt."""

# The ends of an attempt after which nothing is left to do or to find out.
SETTLED = frozenset(("ready", "refused", "not_sent", "exists", "absent"))
