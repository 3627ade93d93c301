"""Evidence in, context out: documents and conversations, what a person decides, each line of a pack led back home."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House, Windows
from tests.browser.desk import left, open_queue, press, settle, title

if TYPE_CHECKING:
    from playwright.sync_api import Page

HANDBOOK = Path(__file__).parent / "handbook"
SESSION = "roof-7"
WARM = "We measured 3.5 K between dome and air with the ring at 8 W."
CLOTH = "Always wipe the dome with a dry cloth."
LEARNT = "We learned that the ring has to start before sunset."
ASKED = "How does the ring keep dew off the dome?"
#: What a notebook captured: asked, answered.
TALKS = (
    ("Is the ring of the all-sky camera strong enough?", f"It seems so. {WARM} {CLOTH}"),
    ("Why was the dome wet this morning?", f"It was switched on too late. {LEARNT}"),
)


@pytest.fixture
def project(house: House) -> str:
    """A project with the handbook's documents in it."""
    name = house.project()
    house.app.manage("ingest", str(HANDBOOK), "--project", name)
    brought = {row["file_path"] for row in house.call("GET", f"documents?project={name}")["results"]}
    assert brought == {"README.md", "dome.md", "optics/lens.md"}
    return name


@pytest.fixture
def notebook(house: House) -> House:
    """The same server as a program sees it that may only propose."""
    return replace(house, token=house.app.create_token("roof-notebook"))


def capture(notebook: House, project: str, prompt: str, response: str, **more: Any) -> dict[str, Any]:
    """Hand in an exchange with a model."""
    said = {"project": project, "client": "roof-notebook", "session_id": SESSION, "prompt": prompt}
    made: dict[str, Any] = notebook.call("POST", "interactions", {**said, "response": response, **more})
    return made


def test_what_was_read_and_said_comes_back_as_context_and_each_line_leads_home(
    house: House, notebook: House, project: str, window: Windows
) -> None:
    first, _ = [capture(notebook, project, *talk) for talk in TALKS]
    page = window("ben")
    decide(page, project)
    decided = {row["content"]: row for row in house.call("GET", f"memories?project={project}")["results"]}
    assert {text: row["status"] for text, row in decided.items()} == {
        WARM: "active",
        CLOTH: "invalid",
        LEARNT: "active",
    }

    ask(page, project)
    pack = page.locator("#pack")
    expect(pack).to_contain_text(WARM)
    expect(pack).to_contain_text(LEARNT)
    expect(pack).to_contain_text("A ring of resistors below the rim warms it.")
    expect(pack).not_to_contain_text(CLOTH)
    each_line_leads_home(page, decided[WARM]["id"], first["id"])
    the_piece_of_a_document_opens_at_its_place(page)
    what_was_learnt_stands_with_the_exchange(page, project)
    the_loop_closes(page, notebook, project, decided[WARM]["id"])


def decide(page: "Page", project: str) -> None:
    """Keep what was measured and what was learnt, reject the advice; with keys alone."""
    open_queue(page, project)
    assert left(page) == 3
    for wanted, key in ((WARM, "a"), (CLOTH, "r"), (LEARNT, "a")):
        assert title(page) == wanted
        expect(page.locator("#stage mark").first).to_have_text(wanted)
        press(page, key)
    settle(page)
    expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()


def ask(page: "Page", project: str) -> None:
    """Ask for a pack as a person does."""
    page.goto("/context/")
    page.get_by_label("What is the model to work on?").fill(ASKED)
    page.get_by_label("Project", exact=True).select_option(project)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("heading", name="In it", exact=True).wait_for()


def each_line_leads_home(page: "Page", memory: str, exchange: str) -> None:
    """Every line has a source, and every source is a page that shows the line's words."""
    asked = page.url
    lines = [line for line in page.locator("#pack").inner_text().splitlines() if re.match(r" *- ", line)]
    links = page.locator("#pack a")
    assert links.count() == len(lines) >= 5
    for place, line in enumerate(lines):
        links.nth(place).click()
        page.wait_for_url(re.compile("/(memories|documents)/"))
        shown = words(page.locator("main").inner_text())
        # A line may hold what a page turns into a link's address.
        assert len(words(line.rpartition("[")[0]) - shown) <= 2, line
        page.goto(asked)
    page.locator("#pack").get_by_role("link", name=f"memory:{memory}").click()
    expect(page.locator("h1")).to_have_text(WARM)
    page.get_by_role("link", name="Interaction", exact=True).first.click()
    page.wait_for_url(re.compile(rf"/interactions/{exchange}/#found-"))
    expect(page.locator("mark:target")).to_have_text(WARM)
    page.goto(asked)


def words(text: str) -> set[str]:
    """The words of a text that say something."""
    return set(re.findall(r"[a-z]{4,}", text.casefold()))


def the_piece_of_a_document_opens_at_its_place(page: "Page") -> None:
    """A citation of a document opens its page with that piece marked and in sight."""
    line = next(one for one in page.locator("#pack").inner_text().splitlines() if "A ring of resistors" in one)
    chunk = re.findall(r"chunk:([0-9a-f-]{36})", line)[-1]
    page.locator("#pack").get_by_role("link", name=f"chunk:{chunk}").click()
    expect(page.locator("h1").first).to_have_text("Dome")
    piece = page.locator(".piece.hit")
    expect(piece).to_have_id(f"chunk-{chunk}")
    expect(piece).to_contain_text("Dew settles on the dome")
    expect(piece).to_be_in_viewport()


def what_was_learnt_stands_with_the_exchange(page: "Page", project: str) -> None:
    """The list counts what came out of each exchange; its page names it and what became of it."""
    page.goto(f"/interactions/?project={project}")
    row = page.get_by_role("row").filter(has_text=TALKS[0][0])
    expect(row.get_by_role("cell").nth(4)).to_have_text("2")
    row.get_by_role("link", name=TALKS[0][0]).click()
    for text, status in ((WARM, "active"), (CLOTH, "invalid")):
        expect(page.get_by_role("listitem").filter(has_text=text)).to_contain_text(status)


def the_loop_closes(page: "Page", notebook: House, project: str, memory: str) -> None:
    """What an answer took from its pack is neither counted nor proposed again; the memory knows who relied on it."""
    pack = notebook.call("POST", "context", {"prompt": ASKED, "project": project})
    answer = f"The handbook and your notes agree. {WARM}"
    last = capture(notebook, project, ASKED, answer, context_pack={"pack": pack["id"]})
    page.goto(f"/interactions/{last['id']}/")
    expect(page.get_by_text("Nothing that is known, or only what it was given.")).to_be_visible()
    page.get_by_text(re.compile("The context pack, .* lines")).click()
    page.get_by_role("link", name=f"memory:{memory}").click()
    expect(page.locator("main")).to_contain_text(ASKED)
    assert last["findings"] == last["reinforced"] == []
