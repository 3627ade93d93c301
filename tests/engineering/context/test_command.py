"""`manage.py context`."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from memories.models import ContextPack
from tests import factories as make

pytestmark = pytest.mark.django_db


def printed(*args: str) -> str:
    out = StringIO()
    call_command("context", *args, stdout=out)
    return out.getvalue()


def test_it_prints_the_text_or_the_whole_answer_and_keeps_nothing() -> None:
    row = make.memory("The etalon hums.", active=True)
    text = printed("What does the etalon do?", "--project", "p04")
    assert f"- The etalon hums. [memory:{row.pk}]" in text
    whole = json.loads(printed("What does the etalon do?", "--project", "p04", "--json"))
    assert whole["text"] == text
    assert not ContextPack.objects.exists()


def test_what_is_not_taken_is_said() -> None:
    make.project()
    with pytest.raises(CommandError, match="p04-gigabit"):
        printed("What?", "--project", "p04-gigabyte")
    with pytest.raises(CommandError, match="200 to 100,000"):
        printed("What?", "--budget", "1")
