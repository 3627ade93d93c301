"""An assistant learns and proposes over MCP, a person accepts in the browser, and the next assistant knows it."""

from playwright.sync_api import expect

from tests.assistants.assistant import HTTP, WAYS, assistant
from tests.browser.conftest import House, Windows
from tests.browser.desk import DWELL, press, settle, title

FACT = "The guiding camera has to stay below 31 °C."


def test_what_an_assistant_proposed_and_a_person_accepted_is_in_the_next_context(house: House, window: Windows) -> None:
    project = house.project()
    token = house.app.create_token(f"{project}-scribe")
    with assistant(house.app, token, HTTP) as scribe:
        before = scribe.call("atocore_context", prompt="the guiding camera and its temperature", project=project)
        memory = scribe.call("atocore_memory_propose", memory_type="knowledge", content=FACT, project=project)
        ends = {}
        for entity_type, name in (("subsystem", "Guiding unit"), ("component", "Guiding camera")):
            words = {"entity_type": entity_type, "name": name, "project": project}
            ends[name] = scribe.call("atocore_entity_propose", **words)["id"]
        link = scribe.call(
            "atocore_relationship_propose",
            source_entity=ends["Guiding camera"],
            relationship_type="part_of",
            target_entity=ends["Guiding unit"],
        )
        waiting = scribe.call("atocore_context", prompt="the guiding camera and its temperature", project=project)
    for text in (before["text"], waiting["text"]):
        assert "31 °C" not in text
        assert "Guiding unit" not in text

    page = window()
    for tab, cards in (("memories", 1), ("entities", 2), ("relationships", 1)):
        page.goto(f"/triage/?tab={tab}&project={project}&sort=oldest")
        page.locator("#list[role=listbox]").wait_for()
        page.wait_for_timeout(DWELL)
        assert "Guiding" in title(page) or "guiding" in title(page)
        press(page, *"a" * cards)
        settle(page)
        expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    assert house.call("GET", f"memories/{memory['id']}")["status"] == "active"
    assert house.call("GET", f"relationships/{link['id']}")["status"] == "active"

    for way in WAYS:
        with assistant(house.app, token, way) as next_one:
            now = next_one.call("atocore_context", prompt="the guiding camera and its temperature", project=project)
            assert FACT in now["text"]
            assert f"memory:{memory['id']}" in {item["ref"] for item in now["items"]}
            assert {"Guiding camera", "Guiding unit"} <= set(_names(now["text"]))
            mapped = next_one.call("atocore_engineering_map", project=project)
            assert "Guiding camera" in str(mapped)


def _names(text: str) -> list[str]:
    return [name for name in ("Guiding camera", "Guiding unit") if name in text]
