"""What tests of the REST door share: clients with roles, and what every refusal must look like."""

import json
from functools import cache
from typing import Any

from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from memories.actors import Actor
from memories.choices import Role
from memories.models import ApiToken, Project, User
from memories.services import tokens
from tests import factories

API = "/api/v1"
SYSTEM = Actor.system("import")


def token(role: Role, name: str = "", owner: User | None = None, on: Project | None = None) -> tuple[ApiToken, str]:
    """Make a token of a role; without an owner it has an account of its own."""
    chosen = name or f"{role.value}-{next(factories._number)}"
    return tokens.create_token(chosen, role=role.value, actor=SYSTEM, owner=owner, projects=[on] if on else [])


def bearer(text: str) -> APIClient:
    """A client that sends a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def client_of(role: Role | None, name: str = "", on: Project | None = None) -> APIClient:
    """A client with a fresh token of a role; anonymous for None."""
    return bearer(token(role, name, on=on)[1]) if role else APIClient()


@cache
def openapi() -> dict[str, Any]:
    """The schema that REST serves."""
    made = SchemaGenerator()  # type: ignore[no-untyped-call]  # spectacular is half typed
    schema: dict[str, Any] = made.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # as above
    return schema


def lines(response: Any) -> list[dict[str, Any]]:
    """The objects of a streamed answer of JSON lines."""
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def raw(client: Client, method: str, path: str, body: bytes, **headers: str) -> Any:
    """Send bytes as they are."""
    return client.generic(method, f"{API}{path}", body, content_type="application/json", headers=headers)


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """Check that an answer is a complete problem+json of a status; return its body."""
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert {"type", "title", "status", "detail", "instance", "code", "request_id", "retryable", "errors"} <= set(body)
    assert body["status"] == status
    assert body["request_id"] == response["X-Request-ID"]
    assert all({"pointer", "code", "detail"} == set(error) for error in body["errors"])
    return body
