"""Fast hands: no keystroke lost, the next card at once, little script."""

from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.conftest import House, Windows
from tests.browser.desk import key_to_card, left, open_queue, press, settle, title

if TYPE_CHECKING:
    from playwright.sync_api import Route

STATIC = Path(__file__).resolve().parents[2] / "atocore_site" / "static" / "atocore"


def test_a_hundred_fast_keys_are_a_hundred_decisions(house: House, window: Windows) -> None:
    project = house.project()
    rows = house.memories(project, 101)
    page = window()
    open_queue(page, project)
    painted = key_to_card(page, 100)
    page.wait_for_timeout(1_500)
    settle(page)
    found = house.call("GET", f"memories?project={project}&status=candidate&limit=200")["results"]
    assert [row["id"] for row in found] == [rows[100]["id"]]
    assert left(page) == 1
    assert len(painted) == 100  # how fast, says tests.benchmarks.bench_keys


def test_the_next_card_does_not_wait_for_the_server(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 3)
    page = window()
    held: list[Route] = []

    def hold(route: "Route") -> None:  # the browser's driver takes no built-in function
        held.append(route)

    page.route("**/reject/", hold)
    open_queue(page, project)
    first = title(page)
    press(page, "r")
    second = title(page)
    assert second != first
    assert len(held) == 1
    held[0].continue_()
    settle(page)
    assert title(page) == second
    assert left(page) == 2


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
