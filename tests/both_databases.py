"""`--both-databases`: the suite on SQLite, then once more on PostgreSQL, with one closing line for the two.

The second run is a pytest of its own (settings are read once a process). What it reports is handed back and counted by
the first, so that pytest's own summary and exit code speak for both.
"""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from _pytest.terminal import TerminalReporter

from tests.machine import missing_postgres, on_ci, second_database_url

# The last line of what is handed over: without it the second run broke off, and its silence must not count as success.
COMPLETE = "complete"
COUNTED = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options: the first is for people, the second for the run that the first one starts."""
    group = parser.getgroup("databases")
    group.addoption("--both-databases", action="store_true", help="run on SQLite, then on PostgreSQL when one answers")
    group.addoption("--hand-reports-to", metavar="FILE", help="write every report there as a line of JSON")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """After the tests on SQLite, those on PostgreSQL."""
    result = yield
    if session.config.getoption("both_databases") and not hasattr(session.config, "workerinput"):
        _second_run(session)
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand every report over, when this is the second run."""
    config = session.config
    target = config.getoption("hand_reports_to")
    terminalreporter = config.pluginmanager.getplugin("terminalreporter")
    if not target or hasattr(config, "workerinput") or not isinstance(terminalreporter, TerminalReporter):
        return
    with Path(target).open("w", encoding="utf-8") as file:
        for outcome in COUNTED:
            for report in terminalreporter.stats.get(outcome, []):
                data = config.hook.pytest_report_to_serializable(config=config, report=report)
                data.pop("node", None)  # the worker process that ran it, which no file can hold
                file.write(json.dumps([outcome, data]) + "\n")
        file.write(json.dumps([COMPLETE, None]) + "\n")


def _second_run(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    assert isinstance(reporter, TerminalReporter)
    missing = missing_postgres()
    if missing:
        _say_skipped(session, reporter, missing)
        return
    with TemporaryDirectory() as folder:
        handed = Path(folder) / "reports.jsonl"
        reporter.write("\n")
        reporter.write_sep("=", "the same on PostgreSQL")
        code = _run_again(session.config, handed)
        failed_before = session.testsfailed
        complete = _take_over(session, reporter, handed)
    if not complete or (code and session.testsfailed == failed_before and code != pytest.ExitCode.NO_TESTS_COLLECTED):
        _add(session, reporter, "failed", _report("PostgreSQL", "failed", f"the second run broke off with code {code}"))


def _run_again(config: pytest.Config, handed: Path) -> int:
    arguments = [part for part in config.invocation_params.args if part != "--both-databases"]
    command = [sys.executable, "-m", "pytest", *map(str, arguments), "--no-summary", f"--hand-reports-to={handed}"]
    environment = {**os.environ, "DATABASE_URL": second_database_url()}
    return subprocess.run(command, env=environment, cwd=config.rootpath).returncode


def _take_over(session: pytest.Session, reporter: TerminalReporter, handed: Path) -> bool:
    lines = handed.read_text(encoding="utf-8").splitlines() if handed.exists() else []
    for outcome, data in map(json.loads, lines):
        if outcome == COMPLETE:
            return True
        report = session.config.hook.pytest_report_from_serializable(config=session.config, data=data)
        report.nodeid = f"PostgreSQL: {report.nodeid}"
        if isinstance(report.longrepr, list):  # why it was skipped: a tuple, before JSON made it a list
            report.longrepr = tuple(report.longrepr)
        _add(session, reporter, outcome, report)
    return False


def _say_skipped(session: pytest.Session, reporter: TerminalReporter, reason: str) -> None:
    outcome = "failed" if on_ci() else "skipped"
    _add(session, reporter, outcome, _report("PostgreSQL", outcome, reason))


def _add(session: pytest.Session, reporter: TerminalReporter, outcome: str, report: object) -> None:
    reporter.stats.setdefault(outcome, []).append(report)
    session.testsfailed += outcome in ("failed", "error")


def _report(name: str, outcome: str, reason: str) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=name,
        location=(name, None, name),
        keywords={},
        outcome="failed" if outcome == "failed" else "skipped",
        longrepr=(name, 0, f"Skipped: {reason}") if outcome == "skipped" else reason,
        when="setup",
    )
