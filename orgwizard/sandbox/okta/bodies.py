"""What the pretend Okta says: its errors and the JSON of its orgs and users."""

from collections.abc import Mapping, Sequence

from orgwizard.sandbox.okta.orgs import Org

_NOT_ACCEPTED = "Bad request. Accept and/or Content-Type headers likely do not match supported values."

# Status and summary of every error code that the facts name for this API (data/error-codes.json).
ERRORS: Mapping[str, tuple[int, str]] = {
    "E0000001": (400, "Api validation failed: {0}"),
    "E0000003": (400, "The request body was not well-formed."),
    "E0000004": (401, "Authentication failed"),
    "E0000005": (403, "Invalid session"),
    "E0000006": (403, "You do not have permission to perform the requested action"),
    "E0000009": (500, "Internal Server Error"),
    "E0000010": (503, "Service is in read only mode"),
    "E0000011": (401, "Invalid token provided"),
    "E0000015": (401, "You do not have permission to access the feature you are requesting"),
    "E0000019": (400, _NOT_ACCEPTED),
    "E0000021": (400, _NOT_ACCEPTED),
    "E0000022": (405, "The endpoint does not support the provided HTTP method"),
    "E0000047": (429, "API call exceeded rate limit due to too many requests."),
    "E0000080": (403, "The password does not meet the complexity requirements of the current password policy."),
    "E0000088": (400, "An org with this subdomain already exists."),
    "E0000089": (400, "The org name was rejected."),
    "E0000120": (400, "The custom domain is already in use by another org."),
    "E0000170": (400, "The subdomain is a reserved word."),
    "E0000171": (400, "The subdomain is locked by another request in progress."),
    "E0000172": (400, "The subdomain is too long."),
}


def error(code: str, error_id: str, reasons: Sequence[str]) -> dict[str, object]:
    """Return the body of an error; *reasons* ("member: sentence") become its causes."""
    subject = reasons[0].partition(":")[0] if reasons else "request"
    return {
        "errorCode": code,
        "errorSummary": ERRORS[code][1].replace("{0}", subject),
        "errorLink": code,
        "errorId": error_id,
        "errorCauses": [{"errorSummary": reason} for reason in reasons],
    }


def metadata(org: Org) -> dict[str, object]:
    """Return the well-known document; `cell` and `settings` are what live orgs add to the schema."""
    links = {"organization": {"href": org.origin}}
    if org.alternate:
        links["alternate"] = {"href": org.alternate}
    return {"id": org.id, "cell": "sandbox1", "_links": links, "pipeline": "idx", "settings": {}}


def _links(origin: str, **paths: str) -> dict[str, object]:
    return {name: {"href": f"{origin}/api/v1/{path}"} for name, path in paths.items()}


def created(org: Org) -> dict[str, object]:
    """Return the 201 as in the spec's example: no admin, further members, every link on the child's host."""
    org_path = f"orgs/{org.subdomain}"
    return {
        "id": org.id,
        "subdomain": org.subdomain,
        "name": org.name,
        **({"website": org.website} if org.website else {}),
        "status": "ACTIVE",
        "edition": "SKU",
        "expiresAt": None,
        "created": org.created,
        "lastUpdated": org.created,
        "licensing": {"apps": []},
        "settings": {
            "app": {"errorRedirectUrl": None, "interstitialUrl": None, "interstitialMinWaitTime": 1200},
            "userAccount": {"attributes": {"secondaryEmail": True, "secondaryImage": True}},
            "portal": {"errorRedirectUrl": None, "signOutUrl": None},
            "logs": {"level": "INFO"},
        },
        "token": org.token,
        "tokenType": "SSWS",
        "_links": _links(
            org.origin,
            administrator=f"users/{org.admin_id}",
            uploadLogo="org/logo",
            organization=org_path,
            contacts=f"{org_path}/contacts",
            policy=f"{org_path}/policy",
        ),
    }


def settings(org: Org) -> dict[str, object]:
    """Return the schema OrgSetting without the members that nobody filled in."""
    return {
        "id": org.id,
        "companyName": org.name,
        "subdomain": org.subdomain,
        "status": "ACTIVE",
        "created": org.created,
        "lastUpdated": org.created,
        **({"website": org.website} if org.website else {}),
        "_links": _links(org.origin, preferences="org/preferences", uploadLogo="org/logo", contacts="org/contacts"),
    }


def owner(org: Org) -> dict[str, object]:
    """Return the owner of the token: the admin named at creation, or the parent's."""
    invented = {"firstName": "Sandbox", "lastName": "Admin", "email": "admin@example.com", "login": "admin@example.com"}
    return {
        "id": org.admin_id,
        "status": "ACTIVE",
        "created": org.created,
        "lastUpdated": org.created,
        "profile": {**invented, **org.admin},
        "_links": _links(org.origin, self=f"users/{org.admin_id}"),
    }


def edited(word: str, body: dict[str, object]) -> dict[str, object]:
    """Return the body of the 201 as a scenario changes it."""
    if word == "no-token":
        del body["token"], body["tokenType"]
    if word == "odd-types":
        body |= {"id": 12345, "name": None, "subdomain": ["odd"], "created": 0, "settings": [], "_links": "none"}
    if word == "elsewhere":
        host = f"https://{body['subdomain']}.elsewhere.example"
        links = body["_links"]
        body["_links"] = {name: {"href": f"{host}/api/v1/{name}"} for name in links} if isinstance(links, dict) else {}
    return body
