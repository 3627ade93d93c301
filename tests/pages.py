"""What tests of pages share."""

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

OPTIONS = {"resultTypes": ["violations"]}


def faults_by_axe(page: "Page") -> list[str]:
    """What axe finds wrong with the page as it stands: rule, what it is about, and where; empty when nothing."""
    violations = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{found['id']}: {found['help']} at {node['target']} {node.get('failureSummary', '')}"
        for found in violations
        for node in found["nodes"]
    ]
