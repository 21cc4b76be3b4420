"""What Okta demands of a new org: the body's members, types and lengths, told as Okta's error causes.

Source: the operation createChildOrg and its schemas ChildOrg and OrgCreationAdmin; the lengths of name,
subdomain and recovery question are meant there, though written so that a validator does not enforce them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypedDict

LONGEST_SUBDOMAIN = 57
_READ_ONLY = ("id", "status", "created", "lastUpdated", "settings", "token", "tokenType", "_links")
_MEMBERS = ("subdomain", "name", "edition", "website", "admin", *_READ_ONLY)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
# RFC 5322 3.2.3 dot-atom; the top level domain has 2 to 20 characters (Okta's help, reference_directories).
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"{_ATEXT}(\.{_ATEXT})*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{{1,19}}")
# The attributes of Okta's default user profile and their longest values; None: no limit is published.
_LONGEST: Mapping[str, int | None] = {
    **dict.fromkeys(("secondEmail", "mobilePhone", "primaryPhone"), 100),
    **dict.fromkeys(("city", "state"), 128),
    "streetAddress": 1024,
    "zipCode": 50,
    "countryCode": 2,
    "postalAddress": 4096,
    **dict.fromkeys(("displayName", "nickName", "middleName", "honorificPrefix", "honorificSuffix", "title")),
    **dict.fromkeys(("department", "division", "organization", "costCenter", "employeeNumber", "manager")),
    **dict.fromkeys(("managerId", "userType", "preferredLanguage", "locale", "timezone", "profileUrl")),
}


class CredentialsBody(TypedDict, total=False):
    """The administrator's first credentials."""

    password: dict[str, str]
    recovery_question: dict[str, str]


class AdminBody(TypedDict, total=False):
    """The first administrator."""

    profile: dict[str, str]
    credentials: CredentialsBody


class OrgBody(TypedDict, total=False):
    """The body of a create request that has no `causes`."""

    subdomain: str
    name: str
    edition: str
    website: str
    admin: AdminBody


def causes(body: Mapping[str, object]) -> list[str]:
    """Return what is wrong with the body of a create request, one "member: sentence" each; [] is well."""
    return [
        *_unknown("", body, _MEMBERS),
        *_subdomain(body.get("subdomain")),
        *_text("name", body.get("name"), 1, 100),
        *_edition(body.get("edition")),
        *(_text("website", body["website"], 0, None) if "website" in body else ()),
        *_admin(body.get("admin")),
    ]


def breaks_policy(body: OrgBody) -> bool:
    """Return whether the admin's password breaks Okta's default policy.

    At least 8 characters, with a lower case letter, an upper case letter and a digit, and without the
    part of the login before the @.
    """
    admin = body["admin"]
    password = admin.get("credentials", {}).get("password", {}).get("value")
    if password is None:
        return False
    classes = (r"[a-z]", r"[A-Z]", r"\d")
    login = admin["profile"]["login"].partition("@")[0].lower()
    weak = len(password) < 8 or not all(re.search(needed, password) for needed in classes)
    return weak or (len(login) > 3 and login in password.lower())


def _unknown(where: str, members: Mapping[str, object], known: tuple[str, ...]) -> Iterator[str]:
    """Refuse members outside the schema: stricter than is known of Okta, to catch a misspelt one."""
    yield from (f"{where}{name}: The property is not known" for name in members if name not in known)


def _text(where: str, value: object, least: int, most: int | None) -> Iterator[str]:
    """Refuse what is not a string of *least* to *most* characters, each below U+10000 and no surrogate."""
    if value is None:
        yield f"{where}: The field cannot be left blank"
    elif not isinstance(value, str):
        yield f"{where}: The value must be a string"
    elif least and not value.strip():
        yield f"{where}: The field cannot be left blank"
    elif len(value) < least:
        yield f"{where}: The field must have at least {least} characters"
    elif most is not None and len(value) > most:
        yield f"{where}: The field cannot exceed {most} characters"
    elif any(ord(character) > 0xFFFF or 0xD800 <= ord(character) <= 0xDFFF for character in value):
        yield f"{where}: Only less than 4-width UTF-8 encoded characters are allowed"


def _subdomain(value: object) -> Iterator[str]:
    """Refuse what is no DNS label; its length has an error code of its own."""
    problems = list(_text("subdomain", value, 1, None))
    yield from problems
    if not problems and (not _LABEL.fullmatch(str(value)) or str(value).endswith("-admin")):
        yield "subdomain: The subdomain is not valid"


def _edition(value: object) -> Iterator[str]:
    if value != "SKU":
        yield "edition: SKU is the only supported value"


def _object(where: str, value: object) -> tuple[Mapping[str, object], list[str]]:
    """Return the object, or {} and what is wrong."""
    if isinstance(value, dict):
        return value, []
    return {}, [
        f"{where}: The field cannot be left blank" if value is None else f"{where}: The value must be an object"
    ]


def _admin(value: object) -> Iterator[str]:
    admin, problems = _object("admin", value)
    if problems:
        yield from problems
        return
    yield from _unknown("admin.", admin, ("profile", "credentials"))
    profile, problems = _object("admin.profile", admin.get("profile"))
    yield from problems or _profile(profile)
    if "credentials" in admin:
        credentials, problems = _object("admin.credentials", admin["credentials"])
        yield from problems or _credentials(credentials)


def _profile(profile: Mapping[str, object]) -> Iterator[str]:
    for name in ("firstName", "lastName"):
        if name not in profile or profile[name] is not None:
            yield from _text(name, profile.get(name), 1, 50)
    yield from _email("email", profile.get("email"))
    yield from _text("login", profile.get("login"), 5, 100)
    for name, most in _LONGEST.items():
        if profile.get(name) is not None:
            yield from _text(name, profile[name], 0, most)


def _email(where: str, value: object) -> Iterator[str]:
    problems = list(_text(where, value, 5, 100))
    yield from problems
    if not problems and not _EMAIL.fullmatch(str(value)):
        yield f"{where}: Does not match required pattern"


def _credentials(credentials: Mapping[str, object]) -> Iterator[str]:
    yield from _unknown("admin.credentials.", credentials, ("password", "recovery_question"))
    if "password" in credentials:
        password, problems = _object("password", credentials["password"])
        yield from problems or _unknown("password.", password, ("value",))
        yield from () if problems else _text("password", password.get("value"), 1, None)
    if "recovery_question" in credentials:
        recovery, problems = _object("recovery_question", credentials["recovery_question"])
        yield from problems or _unknown("recovery_question.", recovery, ("question", "answer"))
        for name in ("question", "answer") if not problems else ():
            yield from _text(f"recovery_question.{name}", recovery.get(name), 1, 100)
