"""`interactions` over REST: what an exchange repeats and states, looking again, giving it its project."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from memories.models import ExtractionRun, Memory
from memories.services import lifecycle
from tests import factories as make
from tests.memories.capture.model_server import item, says, serving
from tests.rest import API, is_problem

FACT = "The detector cooler draws 22 W at full power."
SENT = {"prompt": "How much?", "response": f"{FACT} Decision: take two packs.", "session_id": "s1", "project": "p04"}


def test_capture_answers_what_came_of_it_as_far_as_the_client_may_see(
    agent: APIClient, reviewer: APIClient, p04: object
) -> None:
    known, hidden = make.memory(FACT, active=True), make.memory("Cooler of the detector draws 22 W.")
    made = agent.post(f"{API}/interactions", SENT).json()
    assert [one["memory"] for one in made["reinforced"]] == [str(known.pk)]
    found = {one["kind"]: one for one in made["findings"]}
    assert (found["memory"]["id"], found["memory"]["outcome"]) == (str(known.pk), "known")
    assert (found["entity"]["outcome"], found["entity"]["rule"]) == ("proposed", "decision: …")
    span = SENT["response"][found["entity"]["start"] : found["entity"]["end"]]
    assert span == "take two packs."
    assert [(run["extractor"], run["proposed"]) for run in made["extraction_runs"]] == [("rules", 1)]
    seen = reviewer.get(f"{API}/interactions/{made['id']}").json()
    assert {one["memory"] for one in seen["reinforced"]} == {str(known.pk), str(hidden.pk)}


def test_the_list_is_narrowed_to_what_taught_something(agent: APIClient, p04: object) -> None:
    taught = agent.post(f"{API}/interactions", SENT).json()["id"]
    agent.post(f"{API}/interactions", {**SENT, "response": "Nothing to say."})
    listed = agent.get(f"{API}/interactions?learned=true&project=p04&session_id=s1").json()["results"]
    assert [row["id"] for row in listed] == [taught]
    assert len(agent.get(f"{API}/interactions?learned=false").json()["results"]) == 1
    is_problem(agent.get(f"{API}/interactions?learned=perhaps"), 400)


def test_looking_again_proposes_nothing_twice(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    at = f"{API}/interactions/{agent.post(f'{API}/interactions', SENT).json()['id']}"
    for client in (agent, reviewer):
        run = client.post(f"{at}/extract")
        assert run.status_code == 201, run.content
        assert (run.json()["found"], run.json()["proposed"]) == (2, 0)
    is_problem(agent.post(f"{at}/extract", {"extractor": "llm"}), 403)
    is_problem(reviewer.post(f"{at}/extract", {"extractor": "llm"}), 400)
    is_problem(reviewer.post(f"{at}/extract", {"extractor": "magic"}), 400)
    is_problem(reviewer.post(f"{at}/extract", {"status": "active"}), 400)


def test_reinforcing_again_counts_nothing_twice(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    at = f"{API}/interactions/{agent.post(f'{API}/interactions', SENT).json()['id']}"
    late = make.memory("At full power the cooler of the detector draws 22 W.", active=True)
    answers = [reviewer.post(f"{at}/reinforce").json() for _ in range(2)]
    assert [(answer["counted"], len(answer["reinforced"])) for answer in answers] == [(1, 1), (0, 1)]
    assert Memory.objects.get(pk=late.pk).reference_count == 1
    is_problem(reviewer.post(f"{at}/reinforce", {"memory": str(late.pk)}), 400)


def test_a_client_sees_nothing_of_what_it_may_not_see_by_reinforcing(agent: APIClient, p04: object) -> None:
    at = f"{API}/interactions/{agent.post(f'{API}/interactions', SENT).json()['id']}"
    make.memory("At full power the cooler of the detector draws 22 W.")
    assert agent.post(f"{at}/reinforce").json() == {"counted": 0, "reinforced": []}


def test_an_exchange_of_an_unknown_project_is_given_one(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    made = agent.post(f"{API}/interactions", {**SENT, "project": "P99 Nowhere"})
    assert (made.json()["findings"], made.headers["ETag"]) == ([], '"1"')
    at = f"{API}/interactions/{made.json()['id']}"
    is_problem(reviewer.post(f"{at}/extract"), 409)
    is_problem(agent.patch(at, {"project": "p04"}), 403)
    is_problem(reviewer.patch(at, {"project": "P98"}), 400)
    is_problem(reviewer.patch(at, {"project": "p04"}, headers={"If-Match": '"7"'}), 412)
    is_problem(reviewer.patch(at, {"project": "p04", "prompt": "other"}), 400)
    moved = reviewer.patch(at, {"project": "p04"}, headers={"If-Match": '"1"'})
    assert (moved.json()["project"], moved.json()["project_text"], moved.headers["ETag"]) == (
        "p04-gigabit",
        "P99 Nowhere",
        '"2"',
    )
    assert len(moved.json()["findings"]) == 2
    is_problem(reviewer.patch(at, {"project": "p04"}), 409)


@pytest.mark.parametrize("verb", ["extract", "reinforce"])
def test_a_stranger_finds_nothing(agent: APIClient, reader: APIClient, p04: object, verb: str) -> None:
    from memories.choices import Role
    from tests.rest import client_of

    at = f"{API}/interactions/{agent.post(f'{API}/interactions', SENT).json()['id']}/{verb}"
    is_problem(client_of(Role.AGENT).post(at), 404)
    is_problem(reader.post(at), 403)


def test_a_keyed_request_asks_the_model_once_and_outside_of_its_transaction(
    agent: APIClient, reviewer: APIClient, p04: object, settings: Any
) -> None:
    at = f"{API}/interactions/{agent.post(f'{API}/interactions', SENT).json()['id']}/extract"
    answer = item("How much?", statement="Cooler power: 22 W in all.")
    with serving(says({"items": [answer]})) as server:
        settings.ATOCORE_LLM_URL, settings.ATOCORE_LLM_MODEL = server.url, "tiny"
        runs = [reviewer.post(at, {"extractor": "llm"}, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [run.status_code for run in runs] == [201, 201], runs[0].content
    assert runs[0].json() == runs[1].json()
    assert (len(server.asked), ExtractionRun.objects.filter(extractor="llm").count()) == (1, 1)
    assert runs[0].json()["proposed"] == 1


def test_what_an_exchange_taught_survives_its_decision(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    made = agent.post(f"{API}/interactions", SENT).json()
    lifecycle.reject(Memory.objects.get(), actor=make.person())
    again = reviewer.get(f"{API}/interactions/{made['id']}").json()
    assert again["findings"] == made["findings"]
