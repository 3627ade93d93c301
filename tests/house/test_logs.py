"""What stands in the log: no token, link, cookie or password, whoever wrote the line."""

import json
import logging
import sys
from pathlib import Path

import httpx
import pytest

from atocore_site.logs import JsonFormatter, TextFormatter, masked
from tests.live import installation

SECRET = "s3cr3t-Value_0123456789"


@pytest.mark.parametrize(
    "line",
    [
        "Forbidden (Referer checking failed - https://evil.example/link/?sesame={} does not match.)",
        "Forbidden (Referer checking failed - https://evil.example/welcome/?next=/&token={}&x=1 does not match.)",
        "header Authorization: Bearer {}",
        "a token atc_{} was sent",
        'connection to "postgres://atocore:{}@db.example:5432/atocore" failed',
        "connection failed: host=db.example user=atocore password={} dbname=atocore",
        "Cookie: atocore_session={}; atocore_csrf={}",
        "payload {{'password': '{}', 'name': 'rosa'}}",
        'payload {{"api_key": "{}"}}',
    ],
)
def test_a_secret_is_masked_and_the_rest_stays(line: str) -> None:
    written = masked(line.format(SECRET, SECRET))
    assert SECRET not in written
    assert written == line.format("********", "********").replace("atc_********", "atc_********")


@pytest.mark.parametrize(
    "line",
    ["GET /api/v1/memories 200 12.3 ms", "the token is unknown", "see https://atocore.example:8443/help/", "atc_"],
)
def test_what_is_no_secret_is_written_as_it_is(line: str) -> None:
    assert masked(line) == line


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_traceback_and_the_arguments_are_masked_too(formatter: logging.Formatter) -> None:
    try:
        raise ValueError(f"postgres://atocore:{SECRET}@db.example/atocore refused")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "sent %s", (f"?sesame={SECRET}",), sys.exc_info())
    line = formatter.format(record)
    assert SECRET not in line
    assert "ValueError" in line
    assert "refused" in line
    if isinstance(formatter, JsonFormatter):
        assert set(json.loads(line)) == {"time", "level", "logger", "message", "request_id", "traceback"}


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_form_refused_over_https_does_not_log_the_link_it_came_from(tmp_path: Path, log_format: str) -> None:
    settings = {
        "ATOCORE_LOG_FORMAT": log_format,
        "ATOCORE_ACCESS_LOG": "on",
        "ATOCORE_ALLOWED_HOSTS": "atocore.example",
    }
    with installation(tmp_path, **settings) as app:
        app.create_user("grace", "admin")
        app.start("--behind-proxy")
        headers = {"X-Forwarded-Proto": "https", "Host": "atocore.example"}
        page = httpx.get(f"{app.base_url}/account/sign-in/", headers=headers)
        cookie = page.headers["set-cookie"].partition(";")[0]
        referer = f"https://elsewhere.example/account/link/?sesame={SECRET}"
        told = {**headers, "Cookie": cookie, "Referer": referer}
        refused = httpx.post(f"{app.base_url}/account/sign-in/?sesame={SECRET}", headers=told, data={"username": "x"})
        assert refused.status_code == 403
        app.stop()
        log = app.log()
    assert "Referer checking failed" in log
    assert SECRET not in log
    assert cookie.partition("=")[2] not in log
