"""`conflicts` and `value-aliases` over REST: read, previewed, settled, found."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from engineering.models import Conflict
from memories.choices import Role
from memories.models import Project
from memories.services import projects
from tests import factories as make
from tests.rest import API, client_of, is_problem


@pytest.fixture
def path(p04: Project) -> str:
    """The address of an open conflict: a bracket of 5 kg, and a memory that says 6."""
    make.entity("Bracket", properties={"mass": "5 kg"})
    make.memory("Bracket mass is 6 kg.", active=True)
    return f"{API}/conflicts/{Conflict.objects.get().pk}"


def test_a_conflict_shows_its_sides_and_a_winner_is_kept(reviewer: APIClient, path: str) -> None:
    row = reviewer.get(path).json()
    assert (row["slot_kind"], row["slot_key"], row["severity"]) == ("component.mass", "bracket", "conflict")
    assert [(member["kind"], member["value"]) for member in row["members"]] == [("entity", "5 kg"), ("memory", "6 kg")]
    winner = row["members"][0]["id"]
    shown = reviewer.get(f"{path}/preview?winner={winner}").json()
    assert shown["members"][0]["normal"] == "5 [mass]**1"
    assert shown["proposal"] == {"winner": winner, "reason": shown["proposal"]["reason"]}
    assert [(effect["verb"], effect["kind"]) for effect in shown["effects"]] == [("supersede", "memory")]
    seen = [{"id": member["id"], "version": member["version"]} for member in shown["members"]]
    body = {"action": "keep", "winner": winner, "members": seen, "version": shown["version"], "note": "weighed"}
    done = reviewer.post(f"{path}/resolve", body)
    assert (done.json()["status"], done.json()["resolution"]) == ("resolved", f"kept entity:{winner}")
    memory = row["members"][1]["id"]
    assert reviewer.get(f"{API}/memories/{memory}").json()["status"] == "superseded"
    assert is_problem(reviewer.post(f"{path}/resolve", body), 409)["code"] == "stale"
    actions = [entry["action"] for entry in reviewer.get(f"{path}/audit").json()["results"]]
    assert actions == ["resolve", "detect"]


def test_the_words_of_older_clients(reviewer: APIClient, path: str) -> None:
    winner = reviewer.get(path).json()["members"][1]["id"]
    noted = reviewer.post(f"{path}/resolve", {"action": "no_action", "note": "asked"}).json()
    assert (noted["status"], noted["note"]) == ("open", "asked")
    kept = reviewer.post(f"{path}/resolve", {"action": "supersede_others", "winner": winner}).json()
    assert kept["status"] == "resolved"


def test_what_an_action_lacks_or_does_not_take(reviewer: APIClient, path: str) -> None:
    resolve = f"{path}/resolve"
    for body, pointer in (
        ({"action": "guess"}, "/action"),
        ({"action": "keep"}, "/winner"),
        ({"action": "keep", "winner": str(uuid4())}, "/winner"),
        ({"action": "set_value"}, "/value"),
        ({"action": "set_value", "value": " "}, "/value"),
        ({"action": "dismiss"}, "/note"),
        ({"action": "dismiss", "note": "x", "value": "5 kg"}, "/value"),
        ({"action": "keep", "winner": str(uuid4()), "losers": "burn"}, "/losers"),
        ({"action": "both_true", "note": "x", "scopes": [{"id": str(uuid4()), "scope": "y"}]}, "/scopes"),
    ):
        assert is_problem(reviewer.post(resolve, body), 400)["errors"][0]["pointer"] == pointer, body
    is_problem(reviewer.get(f"{path}/preview?winner=me"), 400)
    is_problem(reviewer.get(f"{path}/preview?winer=me"), 400)
    assert reviewer.get(path).json()["status"] == "open"


def test_a_value_is_set(reviewer: APIClient, path: str) -> None:
    effects = reviewer.get(f"{path}/preview?value=5.62 kg").json()["effects"]
    assert [effect["verb"] for effect in effects] == ["update", "supersede"]
    assert reviewer.post(f"{path}/resolve", {"action": "set_value", "value": "5.62 kg"}).json()["status"] == "resolved"


def test_dismissed_and_reopened_with_the_version_seen(reviewer: APIClient, path: str) -> None:
    is_problem(reviewer.post(f"{path}/dismiss", {"note": "rounding"}, headers={"If-Match": '"9"'}), 412)
    dismissed = reviewer.post(f"{path}/dismiss", {"note": "rounding"}, headers={"If-Match": '"1"'})
    assert (dismissed.json()["status"], dismissed["ETag"]) == ("dismissed", '"2"')
    assert reviewer.post(f"{API}/conflicts/detect", {}).json()["open"] == {}
    assert reviewer.post(f"{path}/reopen").json()["status"] == "open"
    is_problem(reviewer.post(f"{path}/reopen"), 409)


def test_a_scan_says_what_it_did(reviewer: APIClient, path: str) -> None:
    done = reviewer.post(f"{API}/conflicts/detect", {"project": "p04"}).json()
    assert (done["opened"], done["changed"], done["closed"], done["open"]) == (0, 0, 0, {"conflict": 1})
    is_problem(reviewer.post(f"{API}/conflicts/detect", {"project": "p4"}), 400)


def test_who_may(reader: APIClient, agent: APIClient, path: str) -> None:
    for client in (reader, agent):
        assert client.get(path).status_code == 200
        for verb in ("resolve", "dismiss", "reopen"):
            body = {"action": "dismiss", "note": "x"} if verb == "resolve" else {"note": "x"}
            is_problem(client.post(f"{path}/{verb}", body), 403)
        is_problem(client.post(f"{API}/conflicts/detect", {}), 403)
        is_problem(client.get(f"{path}/preview"), 403)


def test_what_others_may_not_see_is_left_out(path: str) -> None:
    other = projects.register("p05-other", actor=make.SETUP)
    stranger = client_of(Role.REVIEWER, on=other)
    is_problem(stranger.get(path), 404)
    is_problem(stranger.post(f"{path}/dismiss", {"note": "x"}), 404)
    assert stranger.get(f"{API}/conflicts").json()["results"] == []
    material = make.entity("Steel", "material", project="p05-other")
    bracket = make.entity("Arm")
    make.relationship(bracket, "uses_material", material)
    make.relationship(bracket, "uses_material", make.entity("Brass", "material"))
    local = client_of(Role.REVIEWER, on=Project.objects.get(name="p04-gigabit"))
    found = local.get(f"{API}/conflicts?slot_kind=component.material").json()["results"]
    assert [member["value"] for member in found[0]["members"]] == ["Brass"]


def test_a_preview_tells_nothing_of_sides_in_other_projects(p04: Project) -> None:
    make.project("p99-secret", ())
    here, there = make.entity("Bench"), make.entity("Hidden bench", project="p99-secret")
    make.relationship(here, "conflicts_with", there)
    row = Conflict.objects.get()
    local = client_of(Role.REVIEWER, on=row.project)
    own, other = (here, there) if row.project == p04 else (there, here)
    address = f"{API}/conflicts/{row.pk}/preview"
    shown = local.get(address, {"winner": str(own.pk)})
    assert [side["id"] for side in shown.json()["members"]] == [str(own.pk)]
    assert [(effect["id"], effect["version"]) for effect in shown.json()["effects"]] == [(None, None)]
    assert other.name not in shown.content.decode()
    is_problem(local.get(address, {"winner": str(other.pk)}), 404)


def test_value_aliases(maintainer: APIClient, reviewer: APIClient, p04: Project) -> None:
    make.entity("Bracket", properties={"material": "SS304"})
    make.memory("Bracket material is AISI 304.", active=True)
    body = {"text": "SS304", "stands_for": "AISI 304", "project": "p04"}
    is_problem(reviewer.post(f"{API}/value-aliases", body), 403)
    made = maintainer.post(f"{API}/value-aliases", body)
    assert (made.status_code, made.json()["text"], made.json()["project"]) == (201, "ss304", "p04-gigabit")
    is_problem(maintainer.post(f"{API}/value-aliases", body), 409)
    is_problem(maintainer.post(f"{API}/value-aliases", {**body, "stands_for": "ss304"}), 400)
    assert Conflict.objects.get().status == "resolved"
    assert [row["stands_for"] for row in reviewer.get(f"{API}/value-aliases").json()["results"]] == ["aisi 304"]
    assert maintainer.post(f"{API}/value-aliases/{made.json()['id']}/remove").status_code == 200
    assert Conflict.objects.get().status == "open"
    is_problem(maintainer.post(f"{API}/value-aliases/{made.json()['id']}/remove"), 404)


def test_lists_tell_what_an_open_conflict_concerns(reviewer: APIClient) -> None:
    part = make.entity("Lid", properties={"mass": "5 kg"})
    said = make.memory("Lid mass is 7 kg", active=True)
    waits = make.memory("Lid mass is 5 kg", proposed_supersedes=str(said.pk))
    link = make.relationship(part, "part_of", make.entity("Bench", "system"), active=False)
    make.memory("The shutter sticks.")

    def found(path: str) -> set[str]:
        return {row["id"] for row in reviewer.get(f"{API}/{path}").json()["results"]}

    assert found("memories?has_conflict=true") == {str(said.pk), str(waits.pk)}
    assert str(said.pk) not in found("memories?has_conflict=false")
    assert found("entities?has_conflict=true") == {str(part.pk)}
    assert found("relationships?has_conflict=true") == {str(link.pk)}
    queue = reviewer.get(f"{API}/triage?kind=memories&has_conflict=true").json()["results"]
    assert [str(waits.pk) in str(row) for row in queue] == [True]
