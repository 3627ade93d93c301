"""Tokens: shown once, stored as HMAC, no higher than their owner, dead at the next request once revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from memories import permissions
from memories.choices import Role
from memories.errors import Duplicate, Forbidden, Invalid, StateConflict
from memories.models import ApiToken, AuditEntry
from memories.models._guard import writing
from memories.queries import access, history
from memories.services import people, tokens
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_it_opens_the_door_and_its_text_is_nowhere_in_the_database() -> None:
    token, text = tokens.create_token("claude", role="agent", actor=make.SETUP)
    assert tokens.authenticate(text) == token
    assert text.startswith("atc_")
    assert text not in token.digest
    logged = history.of_record("token", token.pk).get()
    assert (logged.action, "digest" in logged.after_json) == ("create", False)
    assert not AuditEntry.objects.filter(note__contains=text).exists()


def test_revoked_expired_or_of_a_closed_account_it_opens_nothing() -> None:
    admin = make.person(Role.ADMIN)
    revoked, text = tokens.create_token("one", role="agent", actor=admin)
    tokens.revoke(revoked, actor=admin)
    assert tokens.authenticate(text) is None
    with pytest.raises(StateConflict):
        tokens.revoke(revoked, actor=admin)

    expired, text = tokens.create_token("two", role="agent", actor=admin, days=1)
    with writing():
        ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert tokens.authenticate(text) is None

    closed, text = tokens.create_token("three", role="agent", actor=admin)
    people.set_active(closed.owner, False, actor=admin)
    assert tokens.authenticate(text) is None
    assert tokens.authenticate("atc_" + "x" * 43) is None
    assert tokens.authenticate("x" * 10_000) is None


def test_its_role_ends_where_its_owners_does() -> None:
    owner = make.user(Role.REVIEWER)
    with pytest.raises(Forbidden):
        tokens.create_token("high", role="maintainer", actor=make.SETUP, owner=owner)
    token, _ = tokens.create_token("low", role="agent", actor=make.SETUP, owner=owner)
    assert not permissions.actor_for_token(token).principal.reaches(Role.REVIEWER)


def test_an_owner_makes_their_own_and_nobody_elses() -> None:
    owner = make.user(Role.REVIEWER)
    tokens.create_token("mine", role="agent", actor=permissions.actor_for_user(owner), owner=owner)
    with pytest.raises(Forbidden):
        tokens.create_token(
            "yours", role="agent", actor=permissions.actor_for_user(owner), owner=make.user(Role.REVIEWER)
        )
    with pytest.raises(Forbidden):
        tokens.create_token("service", role="agent", actor=permissions.actor_for_user(owner))


def test_names_are_unique_among_live_tokens_and_input_is_checked() -> None:
    first, _ = tokens.create_token("claude", role="agent", actor=make.SETUP)
    with pytest.raises(Duplicate):
        tokens.create_token("Claude", role="agent", actor=make.SETUP)
    tokens.revoke(first, actor=make.SETUP)
    tokens.create_token("claude", role="agent", actor=make.SETUP)
    for wrong in ({"role": "god"}, {"role": "agent", "days": 0}):
        with pytest.raises(Invalid):
            tokens.create_token("x", actor=make.SETUP, **wrong)


def test_a_token_confined_to_a_project_sees_no_other() -> None:
    make.project("p05-neighbour", aliases=())
    token, _ = tokens.create_token("local", role="agent", actor=make.SETUP, projects=[make.project()])
    principal = permissions.actor_for_token(token).principal
    assert principal.projects_with(Role.AGENT) == [make.project().pk]
    assert principal.everywhere is None


def test_a_token_just_made_stands_before_those_in_use() -> None:
    boss = make.user(Role.ADMIN)
    used, _ = (tokens.create_token(name, role="reader", actor=make.SETUP)[0] for name in ("used", "fresh"))
    hour = timedelta(hours=1)
    with writing():
        times = {"created_at": used.created_at - 2 * hour, "last_used_at": used.created_at - hour}
        ApiToken.objects.filter(pk=used.pk).update(**times)
    listed = access.live_tokens(boss, permissions.actor_for_user(boss))
    assert [token.name for token in listed] == ["fresh", "used"]
