"""Marks narrow a search to statuses and projects, by one group for few of them and by two for many."""

from uuid import UUID

import pytest

from memories.choices import Role
from memories.queries.search import Search, find
from memories.search import marks
from tests import factories


def test_few_are_one_group_many_are_two_and_nowhere_is_everywhere() -> None:
    places = [UUID(int=number) for number in range(30)]
    assert marks.within(["active"], []) == [["stactive"]]
    assert [len(group) for group in marks.within(["active", "candidate"], [*places[:3], places[0], None])] == [8]
    assert [len(group) for group in marks.within(["active"], places)] == [1, 30]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [2, 40])
def test_whoever_reads_some_projects_finds_what_is_in_them(number: int) -> None:
    mine = [factories.project(f"p{place:02}-mine", ()) for place in range(number)]
    other = factories.project("p99-other", ())
    reader = factories.person(Role.READER, on=mine[0])
    for project in mine[1:]:
        reader.principal.by_project[project.pk] = Role.READER  # type: ignore[index]  # a dict, in tests
    for project in (mine[0], mine[-1], other):
        factories.memory(f"The mirror of {project.name} is silvered.", active=True, project=project)
    found = find(Search("mirror silvered"), reader)
    assert {one.project for one in found} == {mine[0], mine[-1]}
