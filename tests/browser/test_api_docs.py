"""The page of the REST schema: it draws, from this origin alone."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.needs_chromium


def test_the_schema_is_browsed_without_leaving_the_origin(page: "Page") -> None:
    page.goto("/api/v1/docs")
    page.get_by_role("heading", name="AtoCore").first.wait_for()
    page.get_by_text("/api/v1/memories/{id}/promote").first.click()
    page.get_by_text("Make a candidate active").first.wait_for()
