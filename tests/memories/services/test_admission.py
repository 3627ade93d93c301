"""What a program may do holds from its next call on, though it is made out anew only where it changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from memories.choices import Role
from memories.models import ApiToken, Project
from memories.models._guard import writing
from memories.services import admission, people, tokens
from tests import factories as make

pytestmark = pytest.mark.django_db


def made(**given: object) -> tuple[ApiToken, str]:
    return tokens.create_token("claude", role="agent", actor=make.SETUP, **given)  # type: ignore[arg-type]  # passed on


def test_it_is_looked_at_with_every_call_in_one_query() -> None:
    token, text = made()
    first = admission.admit(text)
    with CaptureQueriesContext(connection) as asked:
        again = admission.admit(text)
    assert first is not None
    assert again is first
    assert again.token == token
    assert len(asked) == 1
    assert admission.admit("atc_" + "x" * 43) is None


def _expire(token: ApiToken) -> None:
    with writing():
        ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    "end",
    [
        lambda token: tokens.revoke(token, actor=make.SETUP),
        lambda token: people.set_active(token.owner, False, actor=make.SETUP),
        _expire,
    ],
    ids=["revoked", "account closed", "expired"],
)
def test_what_ended_ends_with_the_next_call(end: Callable[[ApiToken], object]) -> None:
    token, text = made()
    assert admission.admit(text) is not None
    end(token)
    assert admission.admit(text) is None


def test_it_expires_while_nothing_about_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    _, text = made(days=1)
    assert admission.admit(text) is not None
    later = timezone.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert admission.admit(text) is None


def test_a_role_that_is_given_or_taken_counts_with_the_next_call() -> None:
    project = make.project()
    owner = make.user(Role.AGENT, on=make.project("p05-other", ()))
    _, text = made(owner=owner)
    assert role_on(project, text) is None
    people.grant(owner, "reader", project, actor=make.SETUP)
    assert role_on(project, text) is Role.READER
    people.grant(owner, "maintainer", project, actor=make.SETUP)
    assert role_on(project, text) is Role.AGENT  # no more than the token says
    people.end_membership(owner.memberships.get(project=project, ended_at=None), actor=make.SETUP)
    assert role_on(project, text) is None


def role_on(project: Project, text: str) -> Role | None:
    found = admission.admit(text)
    assert found is not None
    return found.principal.role_on(project.pk)
