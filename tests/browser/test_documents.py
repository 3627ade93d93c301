"""Documents in a real browser: a memory leads to its piece, and whatever the Markdown holds, no script runs."""

from typing import Any

from tests.browser.conftest import House, Windows
from tests.memories import hostile_files
from tests.pages import faults_by_axe

TABLE = "| part | mass |\n| --- | ---: |\n| primary mirror | 12.7 kg |\n"
TEXT = "# Drive\n\n" + "".join(f"## Step {number}\n\nTurn it **{number} times**.\n\n" for number in range(40)) + TABLE


def bring(house: House, project: str, text: str, path: str = "docs/drive.md") -> dict[str, Any]:
    made: dict[str, Any] = house.call("POST", "documents", {"file_path": path, "text": text, "project": project})
    return made


def test_a_memory_leads_to_the_piece_it_came_from(house: House, window: Windows) -> None:
    project = house.project()
    made = bring(house, project, TEXT)
    chunks = house.call("GET", f"documents/{made['id']}/chunks")["results"]
    wanted = chunks[-5]
    memory = house.memory(project, source_chunk=wanted["id"])
    page = window()
    page.goto(f"/memories/{memory['id']}/")
    page.get_by_role("link", name=f"Drive, {wanted['heading_path']}").click()
    piece = page.locator(f"[id='chunk-{wanted['id']}']")
    piece.wait_for()
    assert "hit" in str(piece.get_attribute("class"))
    page.wait_for_timeout(200)
    box = piece.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 900
    assert piece.get_by_role("link", name=memory["content"][:40]).count() == 1
    assert faults_by_axe(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_no_script_of_a_document_runs_and_nothing_is_fetched_from_elsewhere(house: House, window: Windows) -> None:
    """The window fixture fails the test for any request to another origin, script error or breach of the policy."""
    project = house.project()
    page = window()
    texts = ["\n\n".join(hostile_files.SCRIPTS), *(f"# {script}\n\n{script}" for script in hostile_files.SCRIPTS)]
    for number, text in enumerate([*texts, hostile_files.TEXTS[0], hostile_files.TEXTS[2]]):
        made = bring(house, project, text, f"hostile/{number}.md")
        page.goto(f"/documents/{made['id']}/")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.hacked") is None, text
        assert page.get_by_role("heading", name="History").is_visible()
        inside = page.locator(".markdown")
        assert inside.locator("script, img, svg, iframe, style, form, input, button, object, embed, video").count() == 0
        for place in range(inside.locator("a[href]").count()):
            href = str(inside.locator("a[href]").nth(place).get_attribute("href"))
            assert href.startswith(("https://", "mailto:", "#h-", "/documents/")), href
