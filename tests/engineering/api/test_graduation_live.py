"""Two reviewers promote two proposals of one memory at the same moment, on a real server: one of them wins."""

from concurrent.futures import ThreadPoolExecutor

from tests.live import LiveApp
from tests.wire import Reply, Wire

ROUNDS = 12


def test_a_memory_graduates_once_however_many_promote_at_once(live_app: LiveApp) -> None:
    tokens = [live_app.create_token(f"racer-{number}", "reviewer") for number in range(2)]
    with Wire(live_app.base_url, tokens[0]) as one, Wire(live_app.base_url, tokens[1]) as other:
        for place in range(ROUNDS):
            content = f"Racing lamp {place} weighs {place + 1} kg and has no twin."
            memory = one.post("/api/v1/memories", {"memory_type": "knowledge", "content": content}).json["id"]
            proposals = [
                one.post(f"/api/v1/memories/{memory}/graduate", {"entity_type": "component", "name": name}).json["id"]
                for name in (f"Racing lamp {place} a", f"Racing lamp {place} b")
            ]
            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(_promote, (one, other), proposals))
            assert sorted(answer.status for answer in answers) == [200, 409], [answer.content for answer in answers]
            winner = next(answer.json for answer in answers if answer.status == 200)
            now = one.get(f"/api/v1/memories/{memory}").json
            assert (now["status"], now["graduated_to_entity"]) == ("graduated", winner["id"])
            statuses = {one.get(f"/api/v1/entities/{proposal}").json["status"] for proposal in proposals}
            assert statuses == {"active", "candidate"}


def _promote(client: Wire, proposal: str) -> Reply:
    return client.post(f"/api/v1/entities/{proposal}/promote", {"version": 1})
