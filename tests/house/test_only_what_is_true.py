"""Nothing but what is true now comes out of a context pack, a search or a default list, whatever door is asked.

A table of records that are not true (any more), one for each verb that ends in such a status, against a table of doors.
Both are compared with the product: a verb or a door without a row here fails.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from atocore_site import mcp_server
from engineering.mcp_tools.context_tools import atocore_context
from engineering.models import Conflict
from memories.actors import Actor
from memories.choices import Role, Status
from memories.kinds import kinds
from memories.mcp_tools.memory_tools import atocore_memory_list, atocore_search
from memories.models import ApiToken
from memories.permissions import actor_for_token
from memories.services import caller, documents, edit, lifecycle
from memories.services.admission import Admitted
from tests import factories as make
from tests import rest
from tests.live import ROOT

pytestmark = pytest.mark.django_db
ASKED = "grating holder"
SAID = "The grating holder is glued."
KINDS = ("memory", "entity", "document")
ENTITY = "component"


@dataclass
class World:
    """Who asks: an assistant, which proposed whatever here is a candidate, and people."""

    assistant: ApiToken
    secret: str

    @property
    def proposer(self) -> Actor:
        return actor_for_token(self.assistant)

    def listed(self, path: str) -> str:
        """Return the ids that a reader's list holds."""
        found = rest.client_of(Role.READER).get(f"{rest.API}/{path}?project=p04&limit=200").json()
        return " ".join(one["id"] for one in found["results"])


@pytest.fixture
def world() -> World:
    """A project, and an assistant that works on it."""
    make.project()
    return World(*rest.token(Role.AGENT, "scribe"))


# What is not true. Each returns the records that nobody may be told of.


def _made(kind: str, by: Actor | None = None, **fields: Any) -> Any:
    if kind == "memory":
        return make.memory(SAID, by=by, active=by is None, **fields)
    if kind == "entity":
        return make.entity("Grating holder, glued", ENTITY, by=by, active=by is None, **fields)
    return make.document(f"# Holder\n\n{SAID}\n", by=by, **fields)


def _decided(verb: str, kind: str, world: World) -> Any:
    row = _made(kind, world.proposer if verb in ("reject", "expire") else None)
    return getattr(lifecycle, verb)(row, actor=make.SETUP)


def _superseded(kind: str, world: World) -> Any:
    return lifecycle.supersede(_made(kind), by=_heir(kind), actor=make.SETUP)


def _merged(kind: str, world: World) -> Any:
    row = _made(kind)
    lifecycle.merge(row, _heir(kind), actor=make.SETUP)
    return row.fresh()


def _heir(kind: str) -> Any:
    return make.memory("A dowel is pinned.", active=True) if kind == "memory" else make.entity("Dowel")


def _restored(kind: str, world: World) -> Any:
    row = _made(kind)
    lifecycle.invalidate(row, actor=make.SETUP)
    return lifecycle.restore(row, actor=make.SETUP)


def _past(kind: str, world: World) -> Any:
    """Past its time, before housekeeping came round."""
    return edit.update(_made(kind), {"valid_until": timezone.now() - timedelta(minutes=1)}, actor=make.SETUP)


def _graduated(kind: str, world: World) -> Any:
    row = _made(kind)
    make.entity("Grating holder", ENTITY, graduates_memory=str(row.pk))
    return row.fresh()


def _removed(kind: str, world: World) -> Any:
    return documents.remove(_made(kind), actor=make.SETUP)


def _every_kind(verb: str, *, but: str = "") -> dict[tuple[str, str], Callable[[World], Any]]:
    return {(kind, verb): partial(_decided, verb, kind) for kind in KINDS if kind != but}


UNTRUE: dict[tuple[str, str], Callable[[World], Any]] = {
    **{(kind, "create"): partial(lambda kind, world: _made(kind, world.proposer), kind) for kind in KINDS},
    **_every_kind("reject"),
    **_every_kind("expire", but="document"),
    **_every_kind("invalidate", but="document"),
    **{(kind, "supersede"): partial(_superseded, kind) for kind in ("memory", "entity")},
    **{(kind, "merge"): partial(_merged, kind) for kind in ("memory", "entity")},
    **{(kind, "restore"): partial(_restored, kind) for kind in ("memory", "entity")},
    **{(kind, "past its time"): partial(_past, kind) for kind in ("memory", "entity")},
    ("memory", "graduate"): partial(_graduated, "memory"),
    ("document", "remove"): partial(_removed, "document"),
}
#: Statuses of what is true; every other one has to be met by a row of UNTRUE.
TRUE = {Status.ACTIVE.value}


def _ends(kind: str) -> dict[str, str]:
    """Return the statuses that are not true, by the verb that ends in them."""
    verbs = {verb.action: str(verb.to.value) for verb in kinds.named(kind).lifecycle if verb.to is not None}
    return {"create": Status.CANDIDATE.value, **{verb: to for verb, to in verbs.items() if to not in TRUE}}


# Doors. Each returns the ids that it tells of as true, however it writes them.


def _ids(text: str) -> set[str]:
    return set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text))


def _rest_context(world: World) -> str:
    said = ""
    for client in (rest.bearer(world.secret), rest.client_of(Role.REVIEWER), rest.client_of(Role.READER)):
        pack = client.post(f"{rest.API}/context", {"prompt": ASKED, "project": "p04"}, format="json").json()
        said += json.dumps([pack["text"], pack["items"], pack["sections"]])
    return said


def _rest_search(world: World) -> str:
    clients = (rest.bearer(world.secret), rest.client_of(Role.REVIEWER), rest.client_of(Role.READER))
    return "".join(json.dumps(one.get(f"{rest.API}/search", {"q": ASKED}).json()) for one in clients)


def _page(address: str) -> str:
    client = Client()
    client.force_login(make.user(Role.REVIEWER))
    shown = client.get(address)
    assert shown.status_code == 200
    return unescape(shown.content.decode())


def _context_page(world: World) -> str:
    return _page(f"/context/?prompt={ASKED}&project=p04").partition("<h2>Not in it</h2>")[0]


def _search_page(world: World) -> str:
    return _page(f"/search/?q={ASKED}&project=p04")


def _context_command(world: World) -> str:
    out = StringIO()
    call_command("context", ASKED, "--project", "p04", stdout=out)
    return out.getvalue()


def _tool(world: World, tool: Callable[..., Any], **given: Any) -> Any:
    with caller.calling(lambda: Admitted.of(world.assistant)), caller.one_call():
        return tool(**given)


def _context_tool(world: World) -> str:
    pack = _tool(world, atocore_context, prompt=ASKED, project="p04")
    return str(pack.text) + "".join(one.ref for one in pack.items)


def _search_tool(world: World) -> str:
    return str(_tool(world, atocore_search, q=ASKED).model_dump_json())


def _memory_list_tool(world: World) -> str:
    return str(_tool(world, atocore_memory_list, project="p04").model_dump_json())


Door = Callable[[World], str]
#: By the module that calls the pack or the search.
PACKS_AND_SEARCHES: dict[str, Door] = {
    "engineering/api/context.py": _rest_context,
    "engineering/web/context.py": _context_page,
    "engineering/management/commands/context.py": _context_command,
    "engineering/mcp_tools/context_tools.py": _context_tool,
    "memories/api/views/search.py": _rest_search,
    "memories/web/searching.py": _search_page,
    "memories/mcp_tools/memory_tools.py": _search_tool,
}
PACKS = [door for module, door in PACKS_AND_SEARCHES.items() if "context" in module]
#: Lists as somebody gets them who names no status, and the kind that they list.
LISTS: dict[str, tuple[str, Door]] = {
    "GET memories": ("memory", lambda world: world.listed("memories")),
    "GET entities": ("entity", lambda world: world.listed("entities")),
    "GET documents": ("document", lambda world: world.listed("documents")),
    "atocore_memory_list": ("memory", _memory_list_tool),
}
#: Tools over MCP that pack, search or list memories, and where they stand above.
TOOLS = {"atocore_context", "atocore_search", "atocore_memory_list"}


def _told_of(row: Any, text: str) -> set[str]:
    chunks = {str(chunk.pk) for chunk in row.chunks.all()} if hasattr(row, "chunks") else set()
    return _ids(text) & ({str(row.pk)} | chunks)


def test_every_verb_that_ends_in_an_untrue_status_has_a_row() -> None:
    for kind in KINDS:
        assert {verb for name, verb in UNTRUE if name == kind} - {"past its time"} == set(_ends(kind)), kind
    met = {_ends(kind).get(verb) for kind, verb in UNTRUE}
    assert met >= set(Status.values) - TRUE


def test_every_door_of_packs_and_searches_has_a_row() -> None:
    calls = re.compile(r"\bsearch\.find\(|\bpacks\.make\(|from engineering\.context\.pack import .*\bbuild\b")
    doors = ("api", "web", "mcp_tools", "management", "admin")
    found = {
        path.relative_to(ROOT).as_posix()
        for app in ("memories", "engineering", "atocore_site")
        for path in (ROOT / app).rglob("*.py")
        if (app == "atocore_site" or set(path.relative_to(ROOT / app).parts) & set(doors))
        and calls.search(path.read_text())
    }
    assert found == set(PACKS_AND_SEARCHES)
    offered = {tool.name for tool in mcp_server.TOOLS}
    assert {name for name in offered if name.endswith(("_context", "_search", "_list"))} == TOOLS


@pytest.mark.parametrize("door", PACKS_AND_SEARCHES)
@pytest.mark.parametrize(("kind", "verb"), UNTRUE)
def test_no_pack_and_no_search_tells_of_it(world: World, kind: str, verb: str, door: str) -> None:
    true = {
        "memory": make.memory("The grating holder stays.", active=True),
        "entity": make.entity("Grating holder foot"),
    }
    row = UNTRUE[kind, verb](world)
    assert row.status == _ends(kind).get(verb, Status.ACTIVE), "the table makes what it says"
    text = PACKS_AND_SEARCHES[door](world)
    assert _ids(text) >= {str(one.pk) for one in true.values()}, "what is true is told"
    assert not _told_of(row, text)
    if verb == "graduate":
        assert str(row.graduated_to_entity_id) in _ids(text), "its entity stands for it"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(("kind", "verb"), UNTRUE)
def test_no_list_shows_it_unasked(world: World, kind: str, verb: str, name: str) -> None:
    listed, door = LISTS[name]
    true: Any = {"memory": make.memory, "entity": make.entity}.get(listed)
    known: Any = true("The grating holder stays.", active=True) if true else make.document()
    row = UNTRUE[kind, verb](world)
    text = door(world)
    assert str(known.pk) in _ids(text)
    assert not _told_of(row, text)


@pytest.mark.parametrize("door", PACKS, ids=lambda door: door.__name__.strip("_"))
def test_both_sides_of_an_open_conflict_come_together_and_marked(world: World, door: Door) -> None:
    sides = [make.entity("Grating holder", properties={"material": word}) for word in ("Invar 36", "Titanium")]
    conflict = Conflict.objects.get(status="open", severity="conflict", slot_kind="component.material")
    text = re.sub(r"<[^>]+>", "", door(world))
    assert f"[conflict:{conflict.pk}]" in text
    assert _ids(text) >= {str(side.pk) for side in sides}
