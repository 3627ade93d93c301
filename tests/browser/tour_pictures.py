"""The pictures of docs/tour.md and what else docs show: a newcomer's first five minutes on the sample project."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tests.browser.desk import DWELL, press, settle
from tests.browser.sample import PROJECT, Sample

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

QUESTION = "why+is+the+camera+barrel+made+of+titanium"


class Picture(NamedTuple):
    """One picture: its file, how its page is reached, how wide and high the window is."""

    name: str
    reach: Callable[[Sample], None]
    width: int = 1_000
    height: int = 700


def _at(address: str) -> Callable[[Sample], None]:
    return lambda sample: sample.go(address)


def _part(name: str, rest: str = "") -> Callable[[Sample], None]:
    return lambda sample: sample.go(f"/entities/{sample.entity(name)}/{rest}")


def _card(sample: Sample) -> None:
    sample.go(f"/triage/?tab=memories&project={PROJECT}")
    sample.page.locator("#list[role=listbox]").wait_for()
    sample.page.locator("#list > [data-id]").filter(has_text="Two packs of 160 Wh").click()
    sample.page.locator("#stage h1").filter(has_text="Two packs").wait_for()
    sample.page.wait_for_load_state("networkidle")
    sample.page.wait_for_timeout(DWELL)


def _promoted(sample: Sample) -> None:
    _card(sample)
    press(sample.page, "a")
    settle(sample.page)


def _conflict(sample: Sample) -> None:
    asked = f"conflicts?status=open&slot_kind=component.material&project={PROJECT}"
    conflict = sample.call("GET", asked)["results"][0]
    sample.go(f"/conflicts/{conflict['id']}/?act=keep&winner={conflict['members'][0]['id']}")


#: Where a page begins below the navigation, which a narrow window cuts off.
_TOP = "document.querySelector('main').getBoundingClientRect().top"
#: In the order of the tour; a promotion comes after what is to be seen before it.
TOUR = (
    Picture("triage", _card, 1_360, 740),
    Picture("entity", _part("Camera barrel"), height=900),
    Picture("conflict", _conflict, height=900),
    Picture("project", _at(f"/projects/{PROJECT}/"), height=890),
    Picture("search", _at(f"/search/?q={QUESTION}")),
    Picture("context", _at(f"/context/?prompt={QUESTION}&project={PROJECT}&budget=600"), height=860),
    Picture("connect", _at("/connect/?program=cursor"), height=740),
    Picture("neighbourhood", _part("Detector temperature", "neighbourhood/"), height=610),
    Picture("promoted", _promoted, 1_360, 740),
)


def take(sample: Sample) -> None:
    """Take them all, each as what a window of its size shows; the deck whole, other pages from their heading on."""
    for picture in TOUR:
        sample.page.set_viewport_size({"width": picture.width, "height": picture.height})
        picture.reach(sample)
        top = 0 if sample.page.locator("#stage").count() else sample.page.evaluate(_TOP)
        area: FloatRect = {"x": 0, "y": top, "width": picture.width, "height": picture.height - top}
        sample.keep(f"{picture.name}.png", sample.page.screenshot(clip=area, animations="disabled"))
