"""What a reviewer does and sees at the desk."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: The script drops what is pressed sooner after a card appeared (nobody read it yet).
DWELL = 150


def open_queue(page: "Page", project: str) -> None:
    """Go to a project's queue, the oldest first, and wait until the deck is dealt."""
    page.goto(f"/triage/?tab=memories&project={project}&sort=oldest")
    page.locator("#list[role=listbox]").wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(DWELL)


def press(page: "Page", *keys: str) -> None:
    """Press keys as a person does, one after another."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(DWELL)


def settle(page: "Page") -> None:
    """Wait until what was decided is saved."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)


def title(page: "Page") -> str:
    """The text on the card."""
    return page.locator("#stage h1").inner_text().replace("\u202f", " ")


def left(page: "Page") -> int:
    """How many rows the queue has."""
    return page.locator("#list > [data-id]").count()
