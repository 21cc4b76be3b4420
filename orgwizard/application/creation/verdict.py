"""What a response to the create call proves: an org, a refusal, or nothing."""

from contextlib import suppress
from dataclasses import replace
from typing import NoReturn
from urllib.parse import urlsplit

from pydantic import SecretStr

from orgwizard.application.creation.run import Run
from orgwizard.domain.errors import NoResponse, Refused
from orgwizard.domain.forms.fields import Fields
from orgwizard.domain.http import Response
from orgwizard.domain.org import Created
from orgwizard.providers.contract import with_known_field

_REPEAT_ELSEWHERE = frozenset((301, 307, 308))  # not processed; a processed POST may be answered with 302 and 303

_NO_CONTENT = 204  # a success that has no body (RFC 9110 15.3.5)


def judge(run: Run, response: Response) -> NoResponse | None:
    """Return None for an org that was created, the doubt where that is not known; raise a refusal."""
    may_tell = response.ok or brings_org(run, response)
    run.response = response if may_tell else None
    if may_tell:
        return None if _is_identified(run, response) else _doubt(run, response)
    if response.status in _REPEAT_ELSEWHERE:
        refuse(run, _redirected(response))
    if not run.provider.is_refusal(response):
        return _doubt(run, response)
    refused = with_known_field(run.provider.refused(response, run.credentials), run.credentials)
    if not _may_be_ours(run, response):
        refuse(run, refused)
    run.unspool()
    run.refusal = refused
    return NoResponse(refused.cause, code=refused.code, request_id=refused.request_id)


def brings_org(run: Run, response: Response) -> bool:
    """Return whether the body tells of a new org, or has keys in it, whatever the status says."""
    with suppress(Exception):  # a provider has to read a success, and may trip over an error's body
        if _is_new(run, read(run, response)):
            return True
    return run.provider.brings_keys(response, _secrets_of(run.credentials))


def read(run: Run, response: Response) -> Created:
    """Return what a response says of the org; the parent's own keys, where it repeats them, are no new ones."""
    created = run.provider.created(run.wanted, response, run.checked.domain)
    parents = _secrets_of(run.credentials)
    repeated = [name for name, value in created.secrets.items() if value.get_secret_value() in parents]
    if not repeated:
        return created
    titles = [run.provider.secret_titles.get(name, name) for name in repeated]
    return replace(
        created,
        secrets={name: value for name, value in created.secrets.items() if name not in repeated},
        missing=(*created.missing, *titles),
        remarks=(*created.remarks, "The response repeated the parent's own keys instead of new ones."),
    )


def refuse(run: Run, refused: Refused) -> NoReturn:
    """Raise what a refusal means; its body holds nothing worth keeping."""
    run.set_outcome("not_created")
    run.unspool()
    run.note("refused", code=refused.code, message=refused.cause)
    raise refused


def _is_identified(run: Run, response: Response) -> bool:
    """Return whether it names an org that was not there before, or brings keys; half of a success may do."""
    created = read(run, response)
    new, has_keys = _is_new(run, created), bool(created.secrets)
    if not response.ok:
        return new and has_keys
    is_object = response.whole or response.body.lstrip().startswith(b"{")
    return (new or has_keys) and (is_object or bool(created.id and has_keys))


def _is_new(run: Run, created: Created) -> bool:
    """Return whether it has an id that was not there before."""
    return bool(created.id) and created.id not in run.checked.known


def _may_be_ours(run: Run, response: Response) -> bool:
    """Return whether the name that is refused as taken may have been taken by an earlier copy of our request."""
    return run.provider.says_taken(response) and (run.sendings > 1 or bool(run.checked.before.get("whole")))


def _doubt(run: Run, response: Response) -> NoResponse:
    """Return the doubt about a redirect, a 5xx, an error with parts of an org, or a success that names none."""
    title, status = run.provider.title, f"HTTP {response.status}"
    if not response.ok and run.response is not None:
        words = f"{title} reported an error ({status}), but the response names an org or keys. {run.kept()}"
    elif not response.ok:
        run.unspool()
        words = f"{title} returned an error ({status})."
        if 300 <= response.status < 400:
            words = f"{title} returned a redirect ({status}){_target(response)}, which proves nothing."
    elif response.status == _NO_CONTENT and not response.body:
        words = f"{title} reported success ({status}), but without the org and its keys. {run.kept()}"
    elif response.whole:
        words = f"{title} reported success ({status}) but the response names no new org. {run.kept()}"
    else:
        words = f"{title} reported success ({status}) but the response cannot be read. {run.kept()}"
    return NoResponse(words.strip(), code=status, request_id=response.request_id)


def _redirected(response: Response) -> Refused:
    """Return the refusal that a redirect is: credentials go to the chosen host and nowhere else."""
    return Refused(
        f"The service returned a redirect{_target(response)}. Nothing was sent there.",
        "Check the site. If the new address is right, enter it as the site.",
        code=f"HTTP {response.status}",
        request_id=response.request_id,
        field="site",
    )


def _target(response: Response) -> str:
    """Return the host that a redirect leads to, as " to HOST"; the rest of the address may hold a secret."""
    try:
        host = urlsplit(response.headers.get("location", "")).hostname
    except ValueError:
        host = None
    return f" to {host}" if host else ""


def _secrets_of(credentials: Fields | None) -> list[str]:
    """Return the parent's secrets, which a service may repeat."""
    values = vars(credentials).values() if credentials else ()
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
