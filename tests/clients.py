"""Clients of the REST door, one a role."""

import pytest
from rest_framework.test import APIClient

from memories.choices import Role
from memories.models import Project
from tests import factories, rest


@pytest.fixture
def p04(db: None) -> Project:
    """The project that most tests write to; "p04" is its alias."""
    return factories.project()


@pytest.fixture
def reviewer(db: None) -> APIClient:
    """A client that may decide."""
    return rest.client_of(Role.REVIEWER, "reviewer")


@pytest.fixture
def agent(db: None) -> APIClient:
    """A client that may propose."""
    return rest.client_of(Role.AGENT, "scribe")


@pytest.fixture
def reader(db: None) -> APIClient:
    """A client that may read what is true."""
    return rest.client_of(Role.READER, "reader")


@pytest.fixture
def maintainer(db: None) -> APIClient:
    """A client that may register projects."""
    return rest.client_of(Role.MAINTAINER, "maintainer")
