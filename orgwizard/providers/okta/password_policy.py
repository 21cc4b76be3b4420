"""Okta's default password policy, which a new org begins with; Okta judges, this only says it beforehand.

Source: help.okta.com, "Configure the password authenticator": the rules of the default policy.
"""

import re

from orgwizard.domain.text.plural import counted

SHORTEST = 8
_SHORTEST_PART = 4  # of a login; a shorter one stands in too many words
_CLASSES = {"a-z": str.islower, "A-Z": str.isupper, "0-9": str.isdigit}


def shortcomings(password: str, login: str) -> list[str]:
    """Return what a password lacks, such as "3 more characters"; [] where it meets the policy."""
    missing = SHORTEST - len(password)
    lacking = [counted(missing, "more character")] if missing > 0 else []
    lacking += [needed for needed, has in _CLASSES.items() if not any(map(has, password))]
    if any(part in password.lower() for part in _parts(login)):
        lacking.append("nothing of the login in it")
    return lacking


def _parts(login: str) -> list[str]:
    """Return the parts of a login that a password must not contain, as Okta splits it."""
    return [part for part in re.split(r"[.,_#@-]+", login.lower()) if len(part) >= _SHORTEST_PART]
