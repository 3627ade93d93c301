"""What a reviewer does and sees at the desk."""

from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: The script drops what is pressed sooner after a card appeared (nobody read it yet).
DWELL = 150
#: Measures from a key to the frame that shows another card, in the page itself.
_WATCH = """
() => {
  window.painted = []
  let pressed = 0
  addEventListener('keydown', () => { pressed = performance.now() }, true)
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => painted.push(performance.now() - pressed))))
    .observe(document.querySelector('#stage'), { childList: true })
}
"""


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


def key_to_card(page: "Page", decisions: int) -> list[float]:
    """Reject and promote in turn; answers the milliseconds from each key to the paint of the next card."""
    page.evaluate(_WATCH)
    for place in range(decisions):
        press(page, "a" if place % 2 else "r")
    settle(page)
    painted: list[float] = page.evaluate("painted")
    return painted


def settle(page: "Page") -> None:
    """Wait until what was decided is saved."""
    with suppress(Error):  # an empty queue reloads the page once all is saved, and takes the question with it
        page.evaluate("typeof chain === 'undefined' ? null : chain")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)


def title(page: "Page") -> str:
    """The text on the card."""
    return page.locator("#stage h1").inner_text().replace("\u202f", " ")


def left(page: "Page") -> int:
    """How many rows the queue has."""
    return page.locator("#list > [data-id]").count()
