"""The triage tab over HTTP with 100,000 candidates waiting: a decision, the whole page, the deck of ten.

Each figure is server and loopback together, as a browser meets it. Usage: python -m tests.benchmarks.bench_triage
"""

import argparse
import re
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_api import inside, verdict
from tests.live import LiveApp, installation

ROUNDS = 60
#: What triage-ux promises, milliseconds at the 95th percentile.
DECISION, PAGE = 50.0, 300.0
ROW = re.compile(r'name="item" value="([0-9a-f-]{36}):(\d+)"')


class Desk:
    """A person's browser, as far as requests go."""

    def __init__(self, app: LiveApp, name: str) -> None:
        self.base, self.jar = app.base_url, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        link = app.create_user(name, "admin")
        self.get("", at=link)
        self.post("", {}, at=link)

    def get(self, path: str, *, at: str = "") -> str:
        """Read a page."""
        with self.opener.open(at or self.base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, form: dict[str, Any], *, at: str = "") -> None:
        """Send a form as the script does."""
        token = next(cookie.value for cookie in self.jar if cookie.name == "atocore_csrf")
        headers = {"X-CSRFToken": token or "", **({} if at else {"HX-Request": "true"})}
        body = urllib.parse.urlencode(form, doseq=True).encode()
        with self.opener.open(urllib.request.Request(at or self.base + path, body, headers), timeout=60) as answer:
            answer.read()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as app:
        print("filled:", inside(app, "fill", str(options.candidates * 2)))
        app.start()
        measure(Desk(app, "ada"))


def measure(desk: Desk) -> None:
    """Time each thing a reviewer's browser asks for."""
    page = "/triage/?tab=memories"
    waiting = ROW.findall(desk.get(page))
    deck = "/triage/deck/?tab=memories" + "".join(f"&id={row}" for row, _ in waiting[:10])
    show("page of the queue", timed(lambda: desk.get(page), 20), PAGE)
    show("page, one filter", timed(lambda: desk.get(page + "&band=high"), 20), PAGE)
    show("deck of ten cards", timed(lambda: desk.get(deck), 20), PAGE)
    similar = f"/triage/deck/?tab=memories&similar={waiting[0][0]}"
    show("what resembles one", timed(lambda: desk.get(similar), 20), PAGE)
    show("list of memories", timed(lambda: desk.get("/memories/"), 20), PAGE)
    show("audit browser", timed(lambda: desk.get("/audit/"), 20), PAGE)
    decisions: list[float] = []
    while len(decisions) < ROUNDS:
        for place, (row, version) in enumerate(ROW.findall(desk.get(page))):
            verb = "promote" if place % 2 else "reject"
            decisions += timed(partial(decide, desk, row, verb, version), 1)
    show("decision", decisions, DECISION)


def decide(desk: Desk, row: str, verb: str, version: str) -> None:
    """Send one decision."""
    desk.post(f"/memories/{row}/{verb}/", {"version": version})


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1_000)
    return found


def show(name: str, found: list[float], most: float) -> None:
    """Print the median and the 95th percentile beside what was promised."""
    p95 = statistics.quantiles(found, n=20)[-1]
    p50 = statistics.median(found)
    print(f"{name:20} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   at most {most:.0f}  {verdict(p95 <= most)}")


if __name__ == "__main__":
    main()
