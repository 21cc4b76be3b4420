"""The stages of a creation in words: what each is called, how it stands, what is safe meanwhile."""

from orgwizard.events import CHECK, FIND, KEEP, READY, SEND, SETTLE, STORE

TITLES = {
    CHECK: "Check the parent org",
    STORE: "Try the store",
    SEND: "Send the request",
    FIND: "Look for the org",
    KEEP: "Store the new keys",
    SETTLE: "Let the org settle",
    READY: "Ask the new org",
}
STATES = {"": "-", "started": "now", "waiting": "now", "ok": "done", "warning": "look", "failed": "failed"}
SAFE = {
    CHECK: "Nothing was sent yet that creates anything.",
    STORE: "Nothing was sent yet that creates anything.",
    SEND: "If the line drops now, the answer is still waited for and stored.",
    FIND: "Nothing is sent again. The attempt is written down, whatever happens here.",
    KEEP: "The answer is safe on disk until the keys are stored.",
    SETTLE: "The keys are stored. It is safe to leave: the org exists and its profile is saved.",
    READY: "The keys are stored. It is safe to leave: the org exists and its profile is saved.",
}
