"""Signing in and out, one's own settings, and the command that lets people in."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from memories.models import AuditEntry, User
from memories.services import people, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def grace() -> User:
    return people.first_admin("grace")


def local(address: str) -> str:
    return address.removeprefix("http://testserver")


def new_link(user: User) -> str:
    return local(sign_in.link_address("http://testserver", user))


def test_a_link_is_not_used_up_by_looking_and_works_once(client: Client, grace: User) -> None:
    address = new_link(grace)
    for _ in range(3):
        page = client.get(address)
        assert page.status_code == 200
        assert "grace" in page.content.decode()
        assert "_auth_user_id" not in client.session
    assert client.post(address).status_code == 302
    assert client.session["_auth_user_id"] == str(grace.pk)
    assert Client().post(address).status_code == 410
    assert Client().get(address).status_code == 410


def test_a_link_dies_of_age(client: Client, grace: User, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    address = new_link(grace)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 14 * 60)
    assert client.get(address).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 16 * 60)
    assert client.get(address).status_code == 410


@pytest.mark.parametrize("path", ["link/", "link/?sesame=nonsense", "welcome/", "welcome/?token=nonsense"])
def test_a_broken_link_says_so(client: Client, path: str) -> None:
    answer = client.get(f"/account/{path}")
    assert answer.status_code == 410
    assert "no longer works" in answer.content.decode()


def test_the_setup_link_makes_an_admin_of_everything_and_then_is_dead(client: Client) -> None:
    address = local(sign_in.setup_address("http://testserver"))
    assert User.objects.count() == 0
    assert client.get(address).status_code == 200
    assert User.objects.count() == 0
    assert client.post(address, {"username": "  "}).status_code == 422
    assert client.post(address, {"username": "ada"}).status_code == 302
    ada = User.objects.get()
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert sign_in.first_admin() == ada
    assert not ada.has_usable_password()
    assert Client().post(address, {"username": "eve"}).status_code == 410
    assert AuditEntry.objects.filter(action="create", actor="user:ada").exists()


def test_a_setup_link_dies_of_age(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    address = local(sign_in.setup_address("http://testserver"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 16 * 60)
    assert client.post(address, {"username": "ada"}).status_code == 410
    assert User.objects.count() == 0


def test_a_password_can_be_set_and_signed_in_with(client: Client, grace: User) -> None:
    client.force_login(grace)
    fields = {"new_password1": "aspheric doublet 7", "new_password2": "aspheric doublet 7"}
    assert client.post("/account/password/", fields).status_code == 302
    assert client.get("/account/").status_code == 200  # this session stays
    other = Client()
    page = other.get("/account/sign-in/").content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert other.post("/account/sign-in/", {"username": "grace", "password": "aspheric doublet 7"}).status_code == 302
    assert other.get("/account/").status_code == 200


def test_a_weak_password_is_refused_with_its_reason(client: Client, grace: User) -> None:
    client.force_login(grace)
    answer = client.post("/account/password/", {"new_password1": "grace", "new_password2": "grace"})
    assert answer.status_code == 422
    assert "at least 10 characters" in answer.content.decode()
    grace.refresh_from_db()
    assert not grace.has_usable_password()


def test_shortcuts_and_colours_are_ones_own(client: Client, grace: User) -> None:
    client.force_login(grace)
    answer = client.post("/account/", {"theme": "dark"})
    assert answer.status_code == 302
    assert answer.cookies["atocore_theme"].value == "dark"
    grace.refresh_from_db()
    assert not grace.single_keys
    assert client.post("/account/", {"theme": "plaid"}).status_code == 422


def test_signing_out_needs_a_post_and_ends_the_session(client: Client, grace: User) -> None:
    client.force_login(grace)
    assert client.get("/account/sign-out/").status_code == 405
    assert client.post("/account/sign-out/").status_code == 302
    assert client.get("/account/").status_code == 302


def test_a_closed_account_and_a_service_account_cannot_sign_in(client: Client, grace: User) -> None:
    address = new_link(grace)
    grace.is_active = False
    grace.save()
    assert client.post(address).status_code == 410
    robot = User.objects.create_user("robot", password="aspheric doublet 7", is_service=True)
    assert client.post(new_link(robot)).status_code == 410
    refused = client.post("/account/sign-in/", {"username": "robot", "password": "aspheric doublet 7"})
    assert refused.status_code == 200
    assert "_auth_user_id" not in client.session


def test_guessing_passwords_is_slowed_down(client: Client, grace: User, settings: object) -> None:
    statuses = [
        client.post(
            "/account/sign-in/", {"username": "grace", "password": "x"}, headers={"x-forwarded-for": f"10.0.0.{n}"}
        )
        for n in range(11)
    ]
    assert [answer.status_code for answer in statuses] == [200] * 10 + [429]
    assert int(statuses[-1].headers["Retry-After"]) > 0
    assert client.get("/account/sign-in/").status_code == 200


def test_the_next_page_stays_on_this_site(client: Client, grace: User) -> None:
    sign_in.set_password(grace, "aspheric doublet 7")
    fields = {"username": "grace", "password": "aspheric doublet 7", "next": "https://evil.example/"}
    assert client.post("/account/sign-in/", fields).headers["Location"] == "/"


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_user", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_create_user_prints_the_link_alone(client: Client) -> None:
    out, err = run("ann", "--role", "reviewer", "--url", "http://testserver")
    assert re.fullmatch(r"http://testserver/account/link/\?sesame=\S+\n", out)
    assert "ann" in err
    assert client.post(local(out.strip())).status_code == 302
    again, _ = run("ann", "--link")
    assert again.startswith("http://127.0.0.1:8000/account/link/")


def test_create_user_refuses_what_cannot_be() -> None:
    run("ann", "--role", "reader")
    for arguments, code in (
        (("ann", "--role", "reader"), 1),
        (("bob", "--role", "reader", "--project", "no-such-project"), 1),
        (("bob",), 2),
        (("nobody", "--link"), 1),
    ):
        with pytest.raises(CommandError) as refusal:
            run(*arguments)
        assert refusal.value.returncode == code
    assert not User.objects.filter(username="bob").exists()


def test_a_link_does_not_outlive_a_sign_in_by_another(grace: User) -> None:
    old = new_link(grace)
    grace.last_login = timezone.now() + timedelta(seconds=1)
    grace.save()
    assert Client().get(old).status_code == 410


def test_a_token_made_first_does_not_lock_the_first_person_out(client: Client) -> None:
    User.objects.create_user("robot", is_service=True)
    address = local(sign_in.setup_address("http://testserver"))
    assert client.post(address, {"username": "ada"}).status_code == 302
