"""`make pictures`: takes the pictures of docs/questions.md anew, one for each query, from the sample project.

The sample is loaded into an installation of its own, which is gone afterwards. Look at the pictures before you commit
them, and at the words beside them: they say what is to be seen.
"""

import json
import os
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from tests.browser.conftest import signed_in
from tests.browser.small_png import shrunk
from tests.conftest import BROWSER_FLAGS
from tests.live import ROOT, LiveApp, installation
from tests.machine import CHROMIUM, missing_chromium

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

    from engineering.queries.catalogue import Query

FOLDER = ROOT / "docs" / "images" / "queries"
PROJECT = "p21-heron"
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


class Sample:
    """The sample project in front of a browser."""

    def __init__(self, app: LiveApp, page: "Page", blank: "Page") -> None:
        self.page, self.blank = page, blank
        self._base = app.base_url
        self._token = app.create_token("weighing", "maintainer")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the REST door; answers the JSON."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}/api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def entity(self, name: str) -> str:
        """Return the id of the active entity of a name."""
        asked = urllib.parse.urlencode({"project": PROJECT, "status": "active", "name": name})
        return str(self.call("GET", f"entities?{asked}")["results"][0]["id"])

    def take(self, query: "Query") -> None:
        """Take the picture of one query's page."""
        word = query.name.replace("_", "-")
        place = f"projects/{PROJECT}" if query.scope == "projects" else f"entities/{self.entity(SUBJECTS[query.id])}"
        self.page.goto(OWN.get(query.id) or f"/{place}/queries/{word}/{CHOSEN.get(query.id, '')}")
        self.page.wait_for_load_state("networkidle")
        top, end = self.page.evaluate(_END, HEIGHTS.get(query.id, HEIGHT))
        area: FloatRect = {"x": 0, "y": top, "width": WIDTH, "height": end - top}
        picture = self.page.screenshot(full_page=True, clip=area, animations="disabled")
        (FOLDER / f"{query.id}.png").write_bytes(shrunk(self.blank, picture))

    def go_on(self) -> None:
        """Name a baseline, note a review, and then change something."""
        self.page.goto(f"/projects/{PROJECT}/baselines/")
        self.page.get_by_label("Name", exact=True).fill("PDR")
        self.page.get_by_label("What it stands for").fill("Preliminary design review")
        self.page.get_by_role("button", name="Name it").click()
        self.page.get_by_text("“PDR” names this moment.").wait_for()
        self.page.goto(f"/projects/{PROJECT}/changes/")
        self.page.get_by_role("button", name="I have reviewed up to here").click()
        self.page.wait_for_load_state("networkidle")
        for name, mass, why in WEIGHED:
            place = f"entities/{self.entity(name)}"
            held = self.call("GET", place)["properties"]
            self.call("PATCH", place, {"properties": held | {"mass": mass}, "note": why})
        tray = {"entity_type": "component", "name": "Cable tray", "project": PROJECT, "properties": {"mass": "0.2 kg"}}
        made = self.call("POST", "entities", tray | {"status": "active"})
        ends = {"source_entity": made["id"], "target_entity": self.entity("Bench and enclosure")}
        self.call("POST", "relationships", {"relationship_type": "part_of", "status": "active", **ends})


#: What is corrected after the baseline: name, mass, and why.
WEIGHED = (
    ("Optical bench", "5.62 kg", "On the scale, with inserts"),
    ("Control box", "0.95 kg", "With the new fan"),
)


def main() -> int:
    """Take all pictures; the exit code is 1 where there is no browser to take them with."""
    if missing := missing_chromium():
        sys.stderr.write(f"{missing}\n")
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")
    django.setup()
    from playwright.sync_api import sync_playwright

    from engineering.queries.catalogue import QUERIES

    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        installation(Path(folder)) as app,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_FLAGS) as chromium,
    ):
        app.manage("load_sample")
        app.start()
        app.create_user("ada", "admin")
        context = chromium.new_context(
            base_url=app.base_url,
            storage_state=signed_in(chromium, app, "ada"),
            color_scheme="light",
            viewport={"width": WIDTH, "height": HEIGHT},
        )
        sample = Sample(app, context.new_page(), chromium.new_page())
        for query in QUERIES:
            if query.id not in COMPARING:
                sample.take(query)
        sample.go_on()
        for query in QUERIES:
            if query.id in COMPARING:
                sample.take(query)
    return 0


if __name__ == "__main__":
    sys.exit(main())
