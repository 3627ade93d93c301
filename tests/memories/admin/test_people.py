"""People and tokens in the administration: by their verbs, and secrets are shown once."""

import pytest
from django.test import Client

from memories.choices import Role
from memories.models import ApiToken, AuditEntry, Membership, User
from memories.services import tokens
from tests import factories
from tests.memories.admin import address, do, enter, last, written_by

pytestmark = pytest.mark.django_db


def _new_token(**typed: str) -> dict[str, str]:
    return {"name": "claude", "role": "agent", "owner": "", "days": "", **typed}


def test_a_token_is_shown_once_and_kept_nowhere_in_plain() -> None:
    client = enter(Role.ADMIN, name="anna")
    page = client.post(address(ApiToken, "add"), _new_token())
    text = page.context["secret"]
    assert text in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    token = tokens.authenticate(text)
    assert token is not None
    assert token.name == "claude"
    assert text not in str(page.cookies) + str(dict(client.session))
    for url in (address(token), address(ApiToken, "changelist"), address(ApiToken, "add")):
        assert text not in client.get(url).content.decode()
        assert token.digest not in client.get(url).content.decode()
    assert not any(text in str(vars(entry)) for entry in AuditEntry.objects.all())
    assert last().actor == "admin:anna"


def test_a_token_is_no_higher_than_its_owner_and_its_name_is_its_own() -> None:
    factories.user(Role.READER, "rita")
    client = enter(Role.ADMIN)
    refused = client.post(address(ApiToken, "add"), _new_token(owner="rita"))
    assert refused.status_code == 403
    assert "no higher than its owner" in refused.content.decode()
    unknown = client.post(address(ApiToken, "add"), _new_token(owner="nobody"))
    assert "owner" in unknown.context["adminform"].form.errors
    client.post(address(ApiToken, "add"), _new_token())
    assert client.post(address(ApiToken, "add"), _new_token()).status_code == 409


def test_a_revoked_token_opens_nothing() -> None:
    token, text = tokens.create_token("claude", role="agent", actor=factories.person(Role.ADMIN))
    client = enter(Role.ADMIN)
    assert len(written_by(lambda: do(client, token, "revoke"))) == 1
    assert tokens.authenticate(text) is None
    assert do(client, token, "revoke").status_code == 409


def test_a_person_is_created_with_a_role_and_a_link_that_is_shown_once() -> None:
    project = factories.project()
    client = enter(Role.ADMIN)
    sent = {"username": "bob", "role": "reviewer", "projects": [str(project.pk)]}
    page = client.post(address(User, "add"), sent)
    assert page.context["secret"].startswith("http://testserver/account/link/?sesame=")
    bob = User.objects.get(username="bob")
    assert not bob.has_usable_password()
    assert [(m.role, m.project) for m in bob.memberships.all()] == [("reviewer", project)]
    assert client.post(address(User, "add"), sent).status_code == 409
    link = do(client, bob, "link").context["secret"]
    his = Client()
    his.post(link)
    assert his.session["_auth_user_id"] == str(bob.pk)


def test_roles_are_granted_and_ended_and_accounts_closed() -> None:
    client, bob = enter(Role.ADMIN), factories.user(Role.READER, "bob")
    do(client, bob, "grant", role="maintainer", project="")
    held = Membership.objects.get(user=bob, ended_at=None)
    assert held.role == "maintainer"
    do(client, held, "end")
    held.refresh_from_db()
    assert held.ended_at
    do(client, bob, "deactivate")
    bob.refresh_from_db()
    assert not bob.is_active
    assert (last().action, last().entity_kind) == ("deactivate", "user")
    do(client, bob, "activate")
    bob.refresh_from_db()
    assert bob.is_active


def test_a_person_cannot_be_changed_by_a_form() -> None:
    bob = factories.user(Role.READER, "bob")
    client = enter(Role.ADMIN)
    assert client.post(address(bob), {"username": "bob", "is_superuser": "on", "is_staff": "on"}).status_code == 403
    bob.refresh_from_db()
    assert not bob.is_superuser
