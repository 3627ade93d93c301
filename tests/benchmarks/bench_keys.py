"""A hundred keys in Chromium: how long until the next card is painted. Aim: 50 ms at the 95th percentile.

Run: .venv/bin/python -m tests.benchmarks.bench_keys

Measured in the page itself, from the key to the frame that shows another card. Exits 1 where the aim is missed.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks.bench_api import verdict
from tests.browser.conftest import House, signed_in
from tests.browser.desk import key_to_card, open_queue
from tests.conftest import BROWSER_FLAGS
from tests.live import installation
from tests.machine import CHROMIUM

KEYS, LIMIT = 100, 50.0


def main() -> int:
    """Fill a queue, decide it, print."""
    with (
        tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder,
        installation(Path(folder)) as app,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_FLAGS) as chromium,
    ):
        app.environment["ATOCORE_API_RATE"] = "0"
        app.start()
        app.create_user("ada", "admin")
        house = House(app, app.create_token("bench", "maintainer"))
        project = house.project()
        house.memories(project, KEYS + 1)
        context = chromium.new_context(base_url=app.base_url, storage_state=signed_in(chromium, app, "ada"))
        page = context.new_page()
        open_queue(page, project)
        painted = key_to_card(page, KEYS)
    p95 = statistics.quantiles(painted, n=20)[-1]
    print(
        f"key to next card: {len(painted)} of {KEYS} painted, p50 {statistics.median(painted):.1f} ms, "
        f"p95 {p95:.1f} ms, at most {LIMIT:.0f}  {verdict(p95 <= LIMIT)}"
    )
    return 0 if p95 <= LIMIT and len(painted) == KEYS else 1


if __name__ == "__main__":
    sys.exit(main())
