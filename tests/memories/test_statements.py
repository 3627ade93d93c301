"""The write path's own INSERTs store what Django's would."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils.safestring import SafeString

from memories.choices import Status
from memories.ids import new_id
from memories.models import _statements

MOMENT = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
VALUES: dict[type[models.Field[Any, Any]], list[Any]] = {
    models.CharField: ["", "a\u00b2", Status.ACTIVE, SafeString("<b>"), 7],
    models.TextField: ["", "a\nb", "\U0001f680", 7],
    models.FloatField: [0.5, 1, "0.25", Decimal("0.5")],
    models.BooleanField: [True, False, 1, "True"],
    models.IntegerField: [0, -3, "7", True],
    models.PositiveIntegerField: [0, 2**31 - 1, "7"],
    models.BigIntegerField: [0, 2**48, "7"],
    models.UUIDField: [new_id(), UUID(int=0), str(UUID(int=5)), UUID(int=6).hex],
    models.DateTimeField: [
        MOMENT,
        MOMENT.replace(microsecond=0),
        MOMENT.astimezone(ZoneInfo("Asia/Kolkata")),
        MOMENT.astimezone(timezone(timedelta(hours=-7))),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
    models.DateField: [date(2026, 3, 1)],
    models.JSONField: [{}, [], {"a": ["\u00b2", None, 1.5]}, "text", 3, True, ("a", "b")],
}
COLUMNS = [
    column
    for app in ("memories", "engineering")
    for model in apps.get_app_config(app).get_models()
    for column in _statements._columns(model)
]


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_column_takes_the_values_that_django_would_give_it(column: models.Field[Any, Any]) -> None:
    plain, form = _statements._form(column, connection.vendor)
    target: Any = column.target_field if isinstance(column, models.ForeignKey) else column
    for value in VALUES.get(type(target), []):
        ours = value if type(value) is plain else form(value)
        assert _spelt(ours) == _spelt(column.get_db_prep_save(value, connection))


def _spelt(value: Any) -> Any:
    """A value as it is compared: PostgreSQL's wrapped JSON by what it holds."""
    held = getattr(value, "obj", value)
    return type(held), held


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_no_column_sets_its_own_time(column: models.Field[Any, Any]) -> None:
    assert not getattr(column, "auto_now", False)
    assert not getattr(column, "auto_now_add", False)
