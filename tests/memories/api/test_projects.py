"""`projects` over REST: one project, many names."""

from typing import Any

from rest_framework.test import APIClient

from memories.choices import Role
from tests import factories
from tests.rest import API, client_of, is_problem


def test_a_maintainer_registers_and_anyone_finds_it_by_any_name(maintainer: APIClient, reader: APIClient) -> None:
    body = {"name": "P06-Polisher", "description": "The polisher.", "aliases": ["p06", "polisher"]}
    made = maintainer.post(f"{API}/projects", body)
    assert made.status_code == 201, made.content
    assert made["Location"].endswith("/projects/p06-polisher")
    for name in ("p06-polisher", "P06", "polisher"):
        row = reader.get(f"{API}/projects/{name}").json()
        assert (row["name"], row["aliases"], row["status"]) == ("p06-polisher", ["p06", "polisher"], "active")


def test_a_name_is_taken_once(maintainer: APIClient, p04: object) -> None:
    for name in ("P04", "p04-gigabit"):
        is_problem(maintainer.post(f"{API}/projects", {"name": name}), 409)
    is_problem(maintainer.post(f"{API}/projects", {"name": "not a slug"}), 400)
    is_problem(maintainer.post(f"{API}/projects", {"name": "p07", "colour": "red"}), 400)


def test_aliases_come_and_go(maintainer: APIClient, p04: object) -> None:
    assert maintainer.post(f"{API}/projects/p04/aliases", {"alias": "giga"}).json()["aliases"] == ["giga", "p04"]
    assert maintainer.delete(f"{API}/projects/p04-gigabit/aliases/Giga").json()["aliases"] == ["p04"]
    is_problem(maintainer.delete(f"{API}/projects/p04-gigabit/aliases/giga"), 404)
    is_problem(maintainer.get(f"{API}/projects/giga"), 404)


def test_rename_keeps_the_old_name_as_an_alias(maintainer: APIClient, p04: object) -> None:
    response = maintainer.patch(f"{API}/projects/p04", {"name": "p04-tower"}, headers={"if-match": '"1"'})
    assert response.status_code == 200, response.content
    assert (response.json()["name"], response["ETag"]) == ("p04-tower", '"2"')
    assert response.json()["aliases"] == ["p04", "p04-gigabit"]
    is_problem(maintainer.patch(f"{API}/projects/p04", {"description": "x"}, headers={"if-match": '"1"'}), 412)
    assert maintainer.patch(f"{API}/projects/p04", {"description": "A tower."}).json()["description"] == "A tower."
    assert maintainer.patch(f"{API}/projects/p04", {}).json()["version"] == 3


def test_archive_and_back(maintainer: APIClient, p04: object) -> None:
    assert maintainer.post(f"{API}/projects/p04/archive").json()["status"] == "archived"
    is_problem(maintainer.post(f"{API}/projects/p04/archive"), 409)
    assert maintainer.get(f"{API}/projects?status=archived").json()["results"][0]["name"] == "p04-gigabit"
    assert maintainer.post(f"{API}/projects/p04/unarchive", {"version": 2}).json()["status"] == "active"


def test_others_may_not(reviewer: APIClient, agent: APIClient, p04: object) -> None:
    for client in (reviewer, agent):
        assert is_problem(client.post(f"{API}/projects", {"name": "p09"}), 403)["data"]["role_needed"] == "maintainer"
        is_problem(client.patch(f"{API}/projects/p04", {"description": "x"}), 403)
        is_problem(client.post(f"{API}/projects/p04/archive"), 403)


def test_only_projects_of_ones_own_are_there(p04: Any) -> None:
    factories.project("p05-other", ("p05",))
    member = client_of(Role.REVIEWER, on=p04)
    assert [row["name"] for row in member.get(f"{API}/projects").json()["results"]] == ["p04-gigabit"]
    is_problem(member.get(f"{API}/projects/p05"), 404)
