"""Texts that stand for one another, as comparing asks for them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from engineering.models import ValueAlias


class Alias(NamedTuple):
    """A text that is read as another; the later made of two goes."""

    made: str
    id: str
    text: str
    stands_for: str


class Aliases(Mapping[str, str]):
    """The aliases of a project and those of all, read when they are first asked for, if they are not given."""

    def __init__(self, project: UUID | None, given: Iterable[Alias] | None = None) -> None:
        self._project = project
        self._read: dict[str, str] | None = None
        if given is not None:
            self._read = {alias.text: alias.stands_for for alias in sorted(given)}

    def _pairs(self) -> dict[str, str]:
        if self._read is None:
            here = Q(project__isnull=True) | Q(project=self._project) if self._project else Q(project__isnull=True)
            rows = ValueAlias.objects.filter(here, removed_at__isnull=True).order_by("created_at", "pk")
            self._read = dict(rows.values_list("text", "stands_for"))
        return self._read

    def __getitem__(self, text: str) -> str:
        pairs = self._pairs()
        found = pairs[text]
        seen = {text}
        while found in pairs and found not in seen:
            seen.add(found)
            found = pairs[found]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs())

    def __len__(self) -> int:
        return len(self._pairs())
