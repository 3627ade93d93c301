"""Graduation over REST: the guess, the proposal, and both steps in one go."""

import pytest
from rest_framework.test import APIClient

from engineering.models import Entity
from tests import factories
from tests.rest import API, is_problem

pytestmark = pytest.mark.django_db


def test_the_guess_is_made_of_the_words_and_names_what_is_like_it(reviewer: APIClient, agent: APIClient) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.", active=True)
    stands = factories.entity("Optical bench, whole")
    path = f"{API}/memories/{memory.pk}/graduate"
    guess = reviewer.get(path).json()
    assert (guess["entity_type"], guess["name"], guess["sure"]) == ("component", "Optical bench", True)
    assert (guess["properties"], guess["project"]) == ({"mass": "5.62 kg"}, "p04-gigabit")
    assert [(one["id"], one["overlap"]) for one in guess["near"]] == [(str(stands.pk), 0.8)]
    assert reviewer.get(f"{path}?entity_type=parameter").json()["properties"] == {"value": "5.62 kg"}
    is_problem(reviewer.get(f"{path}?entity_type=gadget"), 400)
    is_problem(reviewer.get(f"{path}?type=parameter"), 400)
    is_problem(agent.get(path), 403)
    assert Entity.objects.count() == 1


def test_it_is_proposed_and_promoted_in_one_go(reviewer: APIClient) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    path = f"{API}/memories/{memory.pk}/graduate"
    guess = reviewer.get(path).json()
    body = {name: guess[name] for name in ("entity_type", "name", "properties")}
    is_problem(reviewer.post(path, {**body, "promote": "yes"}), 400)
    made = reviewer.post(path, {**body, "promote": True, "note": "weighed twice"})
    assert (made.status_code, made.json()["status"]) == (201, "active"), made.content
    after = reviewer.get(f"{API}/memories/{memory.pk}").json()
    assert (after["status"], after["graduated_to_entity"]) == ("graduated", made.json()["id"])
    problem = is_problem(reviewer.post(path, {**body, "promote": True}), 409)
    assert "graduated" in problem["detail"]
    is_problem(reviewer.patch(f"{API}/memories/{memory.pk}", {"content": "Changed."}), 409)
    is_problem(reviewer.get(path), 409)


def test_an_entity_that_stands_already_stops_the_promotion_and_answers_the_proposal(reviewer: APIClient) -> None:
    factories.entity("Optical bench")
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    path, body = f"{API}/memories/{memory.pk}/graduate", {"entity_type": "component", "name": "Optical bench"}
    is_problem(reviewer.post(path, {**body, "promote": True}), 409)
    answer = reviewer.post(path, body)
    assert (answer.status_code, answer.json()["created"]) == (200, False)
    assert memory.fresh().status == "candidate"


def test_the_version_that_was_seen_counts(reviewer: APIClient) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    body = {"entity_type": "component", "name": "Optical bench"}
    stale = reviewer.post(f"{API}/memories/{memory.pk}/graduate", body, headers={"If-Match": '"7"'})
    is_problem(stale, 412)
    assert not Entity.objects.exists()
