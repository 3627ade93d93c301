"""A sheet to draw on."""

import pytest

from tests.engineering.queries.drawing import Drawing


@pytest.fixture
def sheet(db: None) -> Drawing:
    """An empty drawing."""
    return Drawing()
