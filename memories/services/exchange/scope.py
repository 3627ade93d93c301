"""What an export of some projects holds: their rows, and whatever those rest on elsewhere.

So it can be imported by itself: a link that ends in another project takes its other end, and its history, with it.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from memories.models import AuditEntry, Project, ProjectAlias
from memories.services.exchange.tables import Model

_MOST = 500


class Scope:
    """The rows of some projects by table; of every project where none is named.

    Attributes:
        projects: the projects asked for; none for all.
        elsewhere: how many rows that are not of these projects came along, by table.
    """

    def __init__(self, projects: list[Project], travelling: tuple[Model, ...]) -> None:
        self.projects = projects
        self._keys: dict[Model, set[Any]] = {}
        self.elsewhere: dict[str, int] = {}
        if projects:
            self._take(travelling, [project.pk for project in projects])

    def rows(self, model: Model) -> "Iterator[models.QuerySet[Any]]":
        """Yield the rows of a table as querysets, each in the order of their ids, one after the other."""
        everything = model._base_manager.order_by("pk")
        if not self.projects:
            yield everything
            return
        for some in _in_parts(sorted(self._keys.get(model, ()))):
            yield everything.filter(pk__in=some)

    def _take(self, travelling: tuple[Model, ...], projects: list[UUID]) -> None:
        for model in travelling:
            for path in _paths(model):
                found = model._base_manager.filter(**{f"{path}__in": projects}).order_by()
                self._keys.setdefault(model, set()).update(found.values_list("pk", flat=True))
        self._keys[Project] = set(projects)
        came = self._follow()
        names = ProjectAlias.objects.filter(project__in=came.get(Project, ())).values_list("pk", flat=True)
        self._keys.setdefault(ProjectAlias, set()).update(names)  # a project goes by them
        self.elsewhere = {model._meta.db_table: len(keys) for model, keys in sorted(came.items(), key=_table)}
        spoken = Q(project_id__in=projects) | Q(other_project_id__in=projects)
        log = set(AuditEntry.objects.filter(spoken).values_list("pk", flat=True))
        for some in _in_parts([str(key) for keys in came.values() for key in keys]):
            log.update(AuditEntry.objects.filter(record_id__in=some).values_list("pk", flat=True))
        self._keys[AuditEntry] = log

    def _follow(self) -> dict[Model, set[Any]]:
        """Take what the rows refer to until nothing new comes; return it."""
        came: dict[Model, set[Any]] = {}
        new = dict(self._keys)
        while new:
            met: dict[Model, set[Any]] = {}
            for model, keys in new.items():
                for target, found in _referred(model, keys).items():
                    met.setdefault(target, set()).update(found - self._keys.get(target, set()))
            new = {model: keys for model, keys in met.items() if keys}
            for model, keys in new.items():
                self._keys.setdefault(model, set()).update(keys)
                came.setdefault(model, set()).update(keys)
        return came


def _table(one: tuple[Model, Any]) -> str:
    return one[0]._meta.db_table


def _in_parts(keys: list[Any]) -> Iterable[list[Any]]:
    return (keys[start : start + _MOST] for start in range(0, len(keys), _MOST))


def _referred(model: Model, keys: set[Any]) -> dict[Model, set[Any]]:
    """Return what rows of a table refer to, by table."""
    ends = _references(model)
    found: dict[Model, set[Any]] = {}
    for some in _in_parts(sorted(keys) if ends else []):
        rows = model._base_manager.filter(pk__in=some).order_by().values_list(*(one.attname for one in ends))
        for one, values in zip(ends, zip(*rows, strict=True), strict=False):
            target: Any = one.related_model
            found.setdefault(target, set()).update(value for value in values if value is not None)
    return found


def _references(model: Model) -> list[Any]:
    return [column for column in model._meta.concrete_fields if isinstance(column, models.ForeignKey)]


def _paths(model: Model) -> list[str]:
    """Return the paths from a table to the projects of its rows: a column of its own, or one step away."""
    if own := _own(model):
        return own
    return [f"{column.name}__{name}" for column in _references(model) for name in _own(column.related_model)]


def _own(model: Any) -> list[str]:
    columns = model._meta.concrete_fields
    return [column.name for column in columns if column.related_model is Project or column.name == "project_id"]
