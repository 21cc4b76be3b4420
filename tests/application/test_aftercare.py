"""The stored keys of a child org later: whether they are valid, and what can be taken back with them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from orgwizard.application.keys.key_check import check_keys, idle_warning
from orgwizard.application.keys.replace_keys import NOT_REPLACED, REPLACED, Replacement, replace_token
from orgwizard.application.keys.undo import NOT_CHANGED, NOT_KNOWN, require_name, support_request, undo
from orgwizard.application.order_builder import order
from orgwizard.application.service import Service
from orgwizard.domain.errors import BadInput, NeedsAttention, NoResponse, NotSent, Refused
from orgwizard.domain.events import Result
from orgwizard.domain.forms.draft import Draft
from orgwizard.domain.http import Call, Response
from orgwizard.domain.org import Created
from orgwizard.domain.secrets.masking import revealed
from orgwizard.providers import provider_of
from orgwizard.providers.aftercare import Undo
from orgwizard.sandbox.scenarios import CREDENTIALS
from orgwizard.storage.profiles import Org, Profile
from tests.tui.bench import QuickClock, bench

SITES = {"okta": "acme.okta.com", "datadog": "datadoghq.eu"}
DEEDS = {"okta": "DELETE", "datadog": "POST"}


@dataclass
class Wire:
    """The way to the sandbox, which notes each call, and on which a test breaks those of the deed."""

    service: Service
    broken: Callable[[Call], Any] | None = None
    calls: list[Call] = field(default_factory=list)

    async def send(self, call: Call, **options: Any) -> Response:
        self.calls.append(call)
        if self.broken and call.method in DEEDS.values():
            reply = self.broken(call)
            if isinstance(reply, Exception):
                raise reply
            if reply is not None:
                return reply  # type: ignore[no-any-return]
        return await self.service.send(call, **options)

    def deeds(self) -> list[Call]:
        return [call for call in self.calls if call.method in DEEDS.values()]


@dataclass
class Office:
    """A child org in the sandbox, made by a service whose wire is watched."""

    service: Service
    wire: Wire
    profile: Profile

    def load(self) -> Profile:
        return self.service.profiles.load(self.profile.name)


@pytest.fixture(params=["okta", "datadog"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    plain = bench(tmp_path / "orgwizard")
    result = created(plain, request.param)
    wire = Wire(plain)
    service = replace(plain, send=wire.send, sandbox_values={})
    yield Office(service, wire, service.profiles.load(result.profile))
    plain.engine.close()


def created(service: Service, key: str) -> Result:
    provider, draft = provider_of(key), Draft(key)
    method = next(iter(provider.methods))
    draft.section("parent").update({"site": SITES[key], "method": method})
    for name in provider.methods[method].model_fields:
        if value := CREDENTIALS.get(f"{key}.{name}"):
            draft.credentials[name] = SecretStr(value)
    draft.section("organization").update({"name": "My Child"} | ({"subdomain": "my-child"} if key == "okta" else {}))
    if key == "okta":
        person = {"first_name": "Ada", "last_name": "Lovelace", "email": "a@example.com", "login": "a@example.com"}
        draft.section("administrator").update(person)
    results: list[Any] = []
    service.creations.create(provider, order(provider, draft, service.reader.read), "file", results.append)
    assert service.engine.idle.wait(60)
    return results[-1]  # type: ignore[no-any-return]


def agree(_profile: Profile, _call: Undo) -> None:
    """Say yes."""


# ---- check ----


def test_keys_of_a_new_org_are_valid_and_their_use_is_written_down(office: Office) -> None:
    checked = check_keys(office.service, office.profile)
    assert checked.state.state == "valid"
    assert checked.unused_since == office.profile.created
    assert office.load().used is not None
    assert (checked.expires is not None) == (office.profile.provider == "okta")
    assert office.wire.deeds() == []


def test_keys_that_were_taken_back_are_invalid(office: Office) -> None:
    undo(office.service, office.profile.name, agree)
    checked = check_keys(office.service, office.load())
    assert (checked.state.state, checked.expires) == ("invalid", None)


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
def test_another_response_proves_nothing(office: Office, status: int) -> None:
    async def send(_: Call, **__: Any) -> Response:
        return Response(status, {}, b"<html>")

    checked = check_keys(replace(office.service, send=send), office.profile)
    assert checked.state.state == "unclear"
    assert office.load().used is None


def test_a_network_that_is_down_proves_nothing(office: Office) -> None:
    async def send(_: Call, **__: Any) -> Response:
        raise NotSent("No route to host.")

    checked = check_keys(replace(office.service, send=send), office.profile)
    assert (checked.state.state, checked.state.words) == ("unclear", "No route to host.")


def test_keys_that_no_request_can_carry_are_invalid_and_not_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {name: SecretStr("00key\n") for name in office.profile.secrets}
    child = Created(office.profile.org.id, office.profile.org.name, office.profile.org.url, kept)
    monkeypatch.setattr("orgwizard.application.keys.key_check.child_of", lambda *_: child)
    assert check_keys(office.service, office.profile).state.state == "invalid"
    assert office.wire.calls == []


def test_keys_that_are_nowhere_any_more_are_told(office: Office) -> None:
    for path in office.service.vault.folder.glob("*.toml"):
        path.unlink()
    with pytest.raises(BadInput, match="does not exist"):
        check_keys(office.service, office.profile)


@pytest.mark.parametrize(
    ("days", "words"), [(19, ""), (20, "expires on"), (29, "expires on"), (31, "may have expired"), (60, "")]
)
def test_unused_tokens_of_okta_are_told_from_day_20(days: int, words: str) -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    secrets = {"token": {"file": "/k.toml", "key": "token"}}
    profile = Profile.model_validate(
        {"name": "okta-a", "provider": "okta", "site": "https://acme.okta.com", "created": now - timedelta(days=days)}
        | {"org": Org(id="1", name="A", url=""), "secrets": secrets}
    )
    warning = idle_warning(profile, now)
    assert words in warning
    assert bool(warning) == bool(words)
    assert idle_warning(profile.model_copy(update={"used": now}), now) == ""
    assert bool(idle_warning(profile.model_copy(update={"used": profile.created.replace(tzinfo=None)}), now)) == bool(
        words
    )
    assert idle_warning(profile.model_copy(update={"provider": "datadog"}), now) == ""
    assert idle_warning(profile.model_copy(update={"provider": "of-a-later-version"}), now) == ""


# ---- undo ----


def test_it_is_sent_once_and_written_down(office: Office) -> None:
    seen: list[str] = []

    def confirm(profile: Profile, call: Undo) -> None:
        seen.append(call.deed)
        assert office.wire.deeds() == []
        assert profile.org.name == "My Child"

    ended = undo(office.service, office.profile.name, confirm)
    assert seen
    assert (ended.done.state, office.load().undo) == ("done", "done")
    assert len(office.wire.deeds()) == 1
    assert office.service.journal.get(office.profile.attempt).undo == "done"
    assert undo(office.service, office.profile.name, agree).done.state == "done"
    assert len(office.wire.deeds()) == 1


def test_without_a_yes_nothing_is_sent(office: Office) -> None:
    def confirm(profile: Profile, _: Undo) -> None:
        require_name(profile, "New org")

    with pytest.raises(BadInput) as caught:
        undo(office.service, office.profile.name, confirm)
    assert caught.value.meaning == NOT_CHANGED
    assert office.wire.deeds() == []
    assert office.load().undo == ""


@pytest.mark.parametrize("status", [400, 403, 404, 429])
def test_a_refusal_is_told_in_words(office: Office, status: int) -> None:
    office.wire.broken = lambda _: Response(status, {}, b"{}")
    with pytest.raises(Refused, match=f"HTTP {status}") as caught:
        undo(office.service, office.profile.name, agree)
    assert caught.value.meaning == NOT_CHANGED
    assert office.load().undo == "refused"
    office.wire.broken = None
    assert undo(office.service, office.profile.name, agree).done.state == "done"  # after another yes


def test_what_is_done_already_is_no_failure(office: Office) -> None:
    status = 409 if office.profile.provider == "datadog" else 401
    office.wire.broken = lambda _: Response(status, {}, b"{}")
    assert undo(office.service, office.profile.name, agree).done.state == "done"


@pytest.mark.parametrize(
    "reply", [Response(500), Response(302), NoResponse("It broke off.")], ids=["500", "302", "cut"]
)
def test_an_unknown_end_is_looked_up_before_it_is_sent_again(office: Office, reply: Any) -> None:
    office.wire.broken = lambda _: reply
    with pytest.raises(NoResponse) as caught:
        undo(office.service, office.profile.name, agree)
    assert caught.value.meaning == NOT_KNOWN
    assert office.load().undo == "unknown"
    office.wire.broken = None
    asked: list[Undo] = []
    undo(office.service, office.profile.name, lambda _, call: asked.append(call))
    assert len(asked) == 1  # it was not done: another yes is asked for
    assert office.load().undo == "done"


def test_what_was_done_though_no_response_came_is_not_sent_again(office: Office) -> None:
    async def swallowed(call: Call, **options: Any) -> Response:
        response = await office.wire.send(call, **options)
        if call.method in DEEDS.values():
            raise NoResponse("It broke off.")
        return response

    with pytest.raises(NoResponse):
        undo(replace(office.service, send=swallowed), office.profile.name, agree)
    assert undo(office.service, office.profile.name, agree).done.state == "done"
    assert len(office.wire.deeds()) == 1
    assert office.load().undo == "done"


def test_a_request_that_never_left_changes_nothing(office: Office) -> None:
    office.wire.broken = lambda _: NotSent("No route to host.")
    with pytest.raises(NotSent):
        undo(office.service, office.profile.name, agree)
    assert office.load().undo == ""


def test_keys_of_another_org_disable_nothing(office: Office) -> None:
    other = office.profile.model_copy(update={"org": office.profile.org.model_copy(update={"id": "another"})})
    office.service.profiles.replace(other)
    with pytest.raises(Refused):
        undo(office.service, office.profile.name, agree)
    assert office.wire.deeds() == []


def test_the_text_for_support_has_the_ids(office: Office) -> None:
    text = "\n".join(support_request(office.profile))
    assert all(word in text for word in (office.profile.org.id, office.profile.org.url, "My Child"))


def test_an_org_of_more_than_ten_days_cannot_be_disabled(tmp_path: Path) -> None:
    service = bench(tmp_path / "orgwizard")
    profile = service.profiles.load(created(service, "datadog").profile)
    assert isinstance(service.clock, QuickClock)
    service.clock.time += 11 * 86_400
    with pytest.raises(Refused, match="ten days"):
        undo(service, profile.name, agree)
    service.engine.close()


# ---- replacing a token ----

NEW = "00replacement-canary"


def replacing(typed: str = NEW, *, revokes: bool = True) -> Replacement:
    return Replacement(lambda _, aftercare: typed if aftercare.replacing else "", lambda _: revokes)


def token_of(office: Office) -> str:
    return office.service.reader.read(office.load().secrets["token"]).get_secret_value()


@pytest.mark.parametrize("office", ["okta"], indirect=True)
@pytest.mark.parametrize("typed", [NEW, f" SSWS {NEW}\n"])
def test_a_new_token_is_proved_stored_and_takes_the_place_of_the_old(office: Office, typed: str) -> None:
    old = token_of(office)
    moved = replace_token(office.service, office.profile.name, None, replacing(typed))
    assert token_of(office) == NEW
    assert "was revoked" in moved.remarks[0]
    assert len(list(office.service.vault.folder.glob("*.toml"))) == 1
    (deed,) = office.wire.deeds()
    assert old in str(revealed(deed.headers))
    assert check_keys(office.service, office.load()).state.state == "valid"


@pytest.mark.parametrize("office", ["okta"], indirect=True)
@pytest.mark.parametrize("typed", ["", "two words", "00wrong", "tökén"])
def test_a_token_that_the_org_does_not_accept_replaces_nothing(office: Office, typed: str) -> None:
    old = token_of(office)
    with pytest.raises((BadInput, Refused)) as caught:
        replace_token(office.service, office.profile.name, None, replacing(typed))
    assert caught.value.meaning == NOT_REPLACED
    assert not typed or typed not in "".join(caught.value.lines())
    assert token_of(office) == old
    assert office.wire.deeds() == []


@pytest.mark.parametrize("office", ["okta"], indirect=True)
def test_the_old_token_again_replaces_nothing(office: Office) -> None:
    with pytest.raises(BadInput, match="old token"):
        replace_token(office.service, office.profile.name, None, replacing(token_of(office)))


@pytest.mark.parametrize("office", ["okta"], indirect=True)
def test_a_token_that_was_revoked_or_has_expired_can_be_replaced(office: Office) -> None:
    undo(office.service, office.profile.name, agree)
    replace_token(office.service, office.profile.name, None, replacing())
    assert len(office.wire.deeds()) == 1
    assert (office.load().undo, token_of(office)) == ("", NEW)
    assert office.service.journal.get(office.profile.attempt).undo == ""
    assert undo(office.service, office.profile.name, agree).done.state == "done"
    assert len(office.wire.deeds()) == 2  # the new one


@pytest.mark.parametrize("office", ["okta"], indirect=True)
def test_an_old_token_that_is_not_revoked_is_told(office: Office) -> None:
    moved = replace_token(office.service, office.profile.name, "file", replacing(revokes=False))
    assert "not revoked" in moved.remarks[0]
    assert office.wire.deeds() == []
    assert token_of(office) == NEW


@pytest.mark.parametrize("office", ["okta"], indirect=True)
@pytest.mark.parametrize("reply", [Response(403), Response(500), NoResponse("Cut."), NotSent("Down.")])
def test_a_revocation_that_fails_needs_attention_and_the_new_token_is_stored(office: Office, reply: Any) -> None:
    office.wire.broken = lambda _: reply
    with pytest.raises(NeedsAttention) as caught:
        replace_token(office.service, office.profile.name, None, replacing())
    assert caught.value.meaning == REPLACED
    assert token_of(office) == NEW


@pytest.mark.parametrize("office", ["datadog"], indirect=True)
def test_keys_that_do_not_expire_need_no_replacement(office: Office) -> None:
    with pytest.raises(BadInput, match="do not expire"):
        replace_token(office.service, office.profile.name, None, replacing())
