"""Requests generated from the schema, good and bad, as an agent and as a reviewer: nothing breaks, nothing is answered
that the schema does not tell of.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveApp, installation
from tests.machine import on_ci

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
#: A minute in CI; whoever waits for the suite gets the first third of it.
SECONDS = 60 if on_ci() else 20


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApp]:
    """A server with the sample project and no limit of requests."""
    with installation(tmp_path_factory.mktemp("schemathesis"), ATOCORE_API_RATE="0") as app:
        app.manage("load_sample")
        app.start()
        yield app


@pytest.mark.parametrize("role", ["agent", "reviewer"])
def test_generated_requests_find_nothing(sample: LiveApp, role: str, tmp_path: Path) -> None:
    text = sample.create_token(f"schemathesis-{role}", role)
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{sample.base_url}/api/v1/schema",
        *("--header", f"Authorization: Bearer {text}"),
        *("--checks", CHECKS),
        *("--phases", "coverage,fuzzing,stateful"),
        *("--max-examples", "6", "--max-time", str(SECONDS), "--continue-on-failure", "--no-shrink"),
        *("--warnings", "off", "--no-color", "--report-dir", str(tmp_path)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS * 4)
    told, fault = done.stdout.rpartition("FAILURES ==")[2], sample.log().partition("Traceback")
    assert done.returncode == 0, f"{fault[1]}{fault[2][:4000]}\n{told[:4000]}{done.stderr[-1000:]}"
    assert not fault[1], fault[2][:4000]
