"""The dashboard's figures, and when they are made anew."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engineering.queries.dashboard import dashboard


def test_x(sheet) -> None:
    sheet.draw("c1 part_of sys", "c1 satisfies req1", "dec1 based_on_assumption asm1")
    sheet.put("req2")
    sheet.end("asm1")
    with CaptureQueriesContext(connection) as asked:
        found = dashboard(sheet.project, sheet.actor)
    import pprint
    pprint.pprint(found)
    print(len(asked))
    with CaptureQueriesContext(connection) as asked:
        again = dashboard(sheet.project, sheet.actor)
    print(len(asked))
    assert 0
