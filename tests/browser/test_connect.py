"""Connecting an assistant in the browser: the token is made and copied, and its first call shows without a reload."""

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.assistants.assistant import post_mcp
from tests.live import LiveApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.needs_chromium


def test_a_token_is_made_copied_and_seen_at_work(
    page: "Page", live_app: LiveApp, sign_in: "Callable[[Page, str], None]"
) -> None:
    live_app.create_user("connie", "admin")
    sign_in(page, "connie")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/connect/?program=vscode")
    page.get_by_role("button", name="Make a token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#said")).to_have_text("Copied")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    entry = copied["servers"]["atocore"]
    assert entry["url"] == f"{live_app.base_url}/mcp"
    row = page.get_by_role("row", name=re.compile("connie vscode"))
    expect(row).to_contain_text("not yet")
    assert post_mcp(live_app, entry["headers"]["Authorization"].removeprefix("Bearer ")).status_code == 200
    expect(row).to_contain_text("ago", timeout=15_000)
