"""`make pictures`: takes the pictures of the documentation anew from the sample: the tour's, and one for each query.

Look at the pictures before you commit
them, and at the words beside them: they say what is to be seen.
"""

import os
import sys
from typing import TYPE_CHECKING

import django

from tests.browser import tour_pictures
from tests.browser.sample import PROJECT, Sample, loaded
from tests.conftest import BROWSER_FLAGS
from tests.machine import CHROMIUM, missing_chromium

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

    from engineering.queries.catalogue import Query

#: Whom a question about an entity is asked of: somebody for whom the answer is telling.
SUBJECTS = {
    "Q-001": "Fibre feed",
    "Q-002": "Thermoelectric cooler",
    "Q-003": "Slit block",
    "Q-005": "Thermoelectric cooler",
    "Q-007": "Optical bench",
    "Q-008": "Camera barrel",
    "Q-010": "Detector temperature",
    "Q-012": "Detector stays at -20 °C",
    "Q-014": "Camera barrel",
    "Q-016": "Cooling at 21 °C ambient",
    "Q-017": "Detector stays at -20 °C",
    "Q-018": "Titanium barrel",
    "Q-019": "Camera barrel",
    "Q-107": "HERON spectrograph",
}
#: What is chosen on a question's page.
CHOSEN = {"Q-016": "?change=lost"}
#: Where the page of a query is not the one that people read.
OWN = {"Q-020": f"/projects/{PROJECT}/overview/"}
#: They compare moments, and are asked last: after a baseline, a review, and some work.
COMPARING = ("Q-103", "Q-104")
WIDTH, HEIGHT = 900, 780
#: Pages that say too little in that height.
HEIGHTS = {"Q-004": 1_300, "Q-006": 900, "Q-011": 900, "Q-020": 770, "Q-107": 900}
#: The whole answer where it is short enough, else up to the end of the last line that fits.
_END = """most => {
    const ends = chosen => [...document.querySelectorAll(chosen)].map(one => one.getBoundingClientRect())
        .filter(box => box.height).map(box => box.bottom);
    const top = document.querySelector('main').getBoundingClientRect().top;
    const whole = Math.max(...ends('main *')) + 16;
    const fitting = ends('main :is(tbody tr, li, .drawing)').filter(end => end <= most);
    return [top, whole <= most ? whole : Math.max(...fitting) + 1];
}"""


#: What is corrected after the baseline: name, mass, and why.
WEIGHED = (
    ("Optical bench", "5.62 kg", "On the scale, with inserts"),
    ("Control box", "0.95 kg", "With the new fan"),
)


def take(sample: Sample, query: "Query") -> None:
    """Take the picture of one query's page."""
    word = query.name.replace("_", "-")
    place = f"projects/{PROJECT}" if query.scope == "projects" else f"entities/{sample.entity(SUBJECTS[query.id])}"
    sample.go(OWN.get(query.id) or f"/{place}/queries/{word}/{CHOSEN.get(query.id, '')}")
    top, end = sample.page.evaluate(_END, HEIGHTS.get(query.id, HEIGHT))
    area: FloatRect = {"x": 0, "y": top, "width": WIDTH, "height": end - top}
    picture = sample.page.screenshot(full_page=True, clip=area, animations="disabled")
    sample.keep(f"queries/{query.id}.png", picture)


def go_on(sample: Sample) -> None:
    """Name a baseline, note a review, and then change something."""
    sample.page.goto(f"/projects/{PROJECT}/baselines/")
    sample.page.get_by_label("Name", exact=True).fill("PDR")
    sample.page.get_by_label("What it stands for").fill("Preliminary design review")
    sample.page.get_by_role("button", name="Name it").click()
    sample.page.get_by_text("“PDR” names this moment.").wait_for()
    sample.page.goto(f"/projects/{PROJECT}/changes/")
    sample.page.get_by_role("button", name="I have reviewed up to here").click()
    sample.page.wait_for_load_state("networkidle")
    for name, mass, why in WEIGHED:
        place = f"entities/{sample.entity(name)}"
        held = sample.call("GET", place)["properties"]
        sample.call("PATCH", place, {"properties": held | {"mass": mass}, "note": why})
    tray = {"entity_type": "component", "name": "Cable tray", "project": PROJECT, "properties": {"mass": "0.2 kg"}}
    made = sample.call("POST", "entities", tray | {"status": "active"})
    ends = {"source_entity": made["id"], "target_entity": sample.entity("Bench and enclosure")}
    sample.call("POST", "relationships", {"relationship_type": "part_of", "status": "active", **ends})


def questions(sample: Sample) -> None:
    """Take the picture of each query."""
    from engineering.queries.catalogue import QUERIES

    sample.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    for query in QUERIES:
        if query.id not in COMPARING:
            take(sample, query)
    go_on(sample)
    for query in QUERIES:
        if query.id in COMPARING:
            take(sample, query)


def main() -> int:
    """Take all pictures; the exit code is 1 where there is no browser to take them with."""
    if missing := missing_chromium():
        sys.stderr.write(f"{missing}\n")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")
    django.setup()
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_FLAGS) as chromium,
    ):
        # The tour decides something, and the questions change something: neither is to be seen in the other.
        for taking in (tour_pictures.take, questions):
            with loaded(chromium) as sample:
                taking(sample)
    return 0


if __name__ == "__main__":
    sys.exit(main())
