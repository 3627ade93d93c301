"""Resources of the ground floor, and how a resource is guarded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.db import close_old_connections
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from memories.errors import DomainError, NotFound
from memories.mcp_tools import refusals, shapes
from memories.models import Memory
from memories.queries import records
from memories.services import caller

JSON, MARKDOWN = "application/json", "text/markdown"


@dataclass(frozen=True)
class Resource:
    """A resource.

    Attributes:
        address: its URI template.
        media: what it is read as.
        read: returns its text; takes what stands in the braces.
    """

    address: str
    media: str
    read: Callable[..., str]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.read.__name__.replace("_", " ")

    @property
    def description(self) -> str:
        """What it holds."""
        return " ".join((self.read.__doc__ or "").split())


def resource(address: str, media: str, read: Callable[..., str]) -> Resource:
    """Return a resource whose refusals are told in words."""
    return Resource(address, media, _guarded(read))


def _guarded(read: Callable[..., str]) -> Callable[..., str]:
    @wraps(read)
    def guarded(*args: Any, **given: Any) -> str:
        close_old_connections()
        try:
            with caller.one_call():
                return read(*args, **given)
        except DomainError as refusal:
            family = ResourceNotFoundError if isinstance(refusal, NotFound) else ResourceError
            raise family(f"{refusal.message} {refusals.as_json(refusal)['next']}") from refusal
        finally:
            close_old_connections()

    return guarded


def memory(id: str) -> str:
    """One memory with its status, its source and how far it is to be trusted, as JSON."""
    row = cast(Memory, records.get("memory", id, caller.actor()))
    return OneMemory(memory=shapes.memory(row)).model_dump_json(indent=2)


class OneMemory(shapes.Answered):
    """A memory as a resource."""

    memory: shapes.MemoryOut


RESOURCES = [resource("atocore://memory/{id}", JSON, memory)]
