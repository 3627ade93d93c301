"""One key, many requests at once, against a real server: the work is done once and everybody gets its answer."""

from concurrent.futures import ThreadPoolExecutor

from tests.live import LiveApp
from tests.wire import Reply, Wire

AT_ONCE = 8


def test_requests_at_once_with_one_key_do_the_work_once(live_app: LiveApp) -> None:
    token = live_app.create_token("idempotent", "agent")
    body = {"prompt": "What does it weigh?", "session_id": "at once"}

    def send(number: int) -> Reply:
        with Wire(live_app.base_url, token) as client:
            return client.post("/api/v1/interactions", body, Idempotency_Key="the-same")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(send, range(AT_ONCE)))
    assert {reply.status for reply in replies} == {201}
    assert len({reply.json["id"] for reply in replies}) == 1
    assert sum("Idempotency-Replayed" in _canonical(reply) for reply in replies) == AT_ONCE - 1
    with Wire(live_app.base_url, token) as client:
        assert len(client.get("/api/v1/interactions?session_id=at+once").json["results"]) == 1


def _canonical(reply: Reply) -> set[str]:
    return {name.title() for name in reply.headers}
