"""Fast hands: no keystroke lost, the next card at once, little script."""

import statistics
from pathlib import Path

from tests.browser.conftest import House, Windows
from tests.browser.desk import DWELL, left, open_queue, settle

STATIC = Path(__file__).resolve().parents[2] / "atocore_site" / "static" / "atocore"
#: Measures from a key to the frame that shows another card, in the page itself.
WATCH = """
() => {
  window.painted = []
  let pressed = 0
  addEventListener('keydown', () => { pressed = performance.now() }, true)
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => painted.push(performance.now() - pressed))))
    .observe(document.querySelector('#stage'), { childList: true })
}
"""


def test_a_hundred_fast_keys_are_a_hundred_decisions(house: House, window: Windows) -> None:
    project = house.project()
    rows = house.memories(project, 101)
    page = window()
    open_queue(page, project)
    page.evaluate(WATCH)
    for place in range(100):
        page.keyboard.press("a" if place % 2 else "r")
        page.wait_for_timeout(DWELL)
    settle(page)
    page.wait_for_timeout(1_500)
    settle(page)
    found = house.call("GET", f"memories?project={project}&status=candidate&limit=200")["results"]
    assert [row["id"] for row in found] == [rows[100]["id"]]
    assert left(page) == 1
    painted = page.evaluate("painted")
    assert len(painted) == 100
    # Of four stretches the least disturbed one: the machine does other things too.
    p95 = min(statistics.quantiles(painted[start : start + 25], n=20)[-1] for start in range(0, 100, 25))
    assert p95 <= 50, f"key to next card painted: p95 {p95:.1f} ms"


def test_further_rows_arrive_before_the_list_ends(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 60)
    page = window()
    open_queue(page, project)
    for _ in range(45):
        page.keyboard.press("j")
        page.wait_for_timeout(20)
    settle(page)
    assert left(page) == 60


def test_the_scripts_stay_small_and_all_come_from_here(house: House, window: Windows) -> None:
    assert (STATIC / "atocore.css").stat().st_size <= 20 * 1024
    project = house.project()
    house.memories(project, 1)
    page = window()
    sizes: dict[str, int] = {}
    page.on(
        "response",
        lambda answer: (
            sizes.update({answer.url: len(answer.body())}) if answer.url.split("?")[0].endswith(".js") else None
        ),
    )
    open_queue(page, project)
    own = [size for url, size in sizes.items() if "/static/atocore/" in url]
    assert len(own) >= 2
    assert sum(own) <= 10 * 1024
    assert sum(sizes.values()) <= 65 * 1024
