"""`manage.py housekeep` as cron runs it: real processes, real commits."""

import json
import subprocess
import sys
import time

from tests.live import ROOT, LiveApp

_FILL = """
from datetime import timedelta
from django.utils import timezone
from memories.actors import Actor
from memories.services import edit, projects
actor = Actor.system("import")
projects.register("p04-gigabit", actor=actor)
past = timezone.now() - timedelta(days=1)
for number in range({number}):
    edit.create("memory", {{"memory_type": "knowledge", "content": f"Reading {{number}} of the shutter.",
                "project": "p04-gigabit", "valid_until": past}}, actor=actor)
"""


def fill(app: LiveApp, number: int) -> None:
    app.manage("shell", "-v", "0", "-c", _FILL.format(number=number))


def test_what_it_prints_before_and_after(stopped_app: LiveApp) -> None:
    fill(stopped_app, 3)
    dry = stopped_app.manage("housekeep", "--dry-run")
    assert "nothing was changed" in dry.stderr
    assert "Past their date: 3 memories expired" in dry.stderr
    said = json.loads(stopped_app.manage("housekeep", "--dry-run", "--json").stdout)
    done = json.loads(stopped_app.manage("housekeep", "--json").stdout)
    assert said["steps"] == done["steps"]
    assert (done["outcome"], done["steps"]["expire"]["memories_expired"]) == ("done", 3)
    again = stopped_app.manage("housekeep")
    assert "Past their date: nothing" in again.stderr
    assert (dry.stdout, again.stdout) == ("", "")


def test_two_at_once_do_the_work_once_and_both_end_well(stopped_app: LiveApp) -> None:
    """Both are started together again and again: each ends with 0, and no row is expired twice."""
    fill(stopped_app, 450)
    command = [sys.executable, str(ROOT / "manage.py"), "housekeep", "--json"]
    both = [
        subprocess.Popen(
            command, env=stopped_app.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    reports = [json.loads(out) for out, _ in answers]
    assert sum(report["steps"].get("expire", {}).get("memories_expired", 0) for report in reports) == 450
    count = "from memories.models import AuditEntry; print(AuditEntry.objects.filter(action='expire').count())"
    assert stopped_app.manage("shell", "-v", "0", "-c", count).stdout.strip() == "450"


_HOLD = """
import sys
from memories.services.housekeeping.lock import alone
with alone() as held:
    print(held, flush=True)
    sys.stdin.read()
"""


def test_while_another_holds_the_lock_it_says_so_and_when_that_dies_it_runs(stopped_app: LiveApp) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", _HOLD]
    holder = subprocess.Popen(
        command, env=stopped_app.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "True"
    busy = stopped_app.manage("housekeep")
    assert "under way already; nothing was done" in busy.stderr
    assert json.loads(stopped_app.manage("housekeep", "--json").stdout)["outcome"] == "busy"
    holder.kill()
    holder.communicate()
    deadline = time.monotonic() + 10
    while (out := json.loads(stopped_app.manage("housekeep", "--json").stdout))["outcome"] == "busy":
        assert time.monotonic() < deadline
    assert out["outcome"] == "done"
