"""People in front of the web app, and the pieces of a page that tests read."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from memories.choices import Role
from memories.models import User
from tests import factories

BACKEND = "django.contrib.auth.backends.ModelBackend"

#: A browser that somebody is signed in with; `client.person` is who.
Browse = Callable[..., Client]


def signed_in(user: User) -> Client:
    """A browser of its own in which a person is signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of every project."""
    return signed_in(factories.user(Role.REVIEWER, "rosa"))


@pytest.fixture
def colleague(db: None) -> Client:
    """A second reviewer."""
    return signed_in(factories.user(Role.REVIEWER, "ben"))


@pytest.fixture
def reader(db: None) -> Client:
    """Somebody who may only read."""
    return signed_in(factories.user(Role.READER, "ruth"))


def words(content: bytes) -> str:
    """What a page says, without its tags."""
    text = re.sub(r"<[^>]+>", " ", content.decode())
    return re.sub(r"\s+", " ", unescape(text))
