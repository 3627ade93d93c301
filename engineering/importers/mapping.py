"""How another tool's types, roles and columns become AtoCore's: data, read from a YAML file.

Nothing about any tool is written in code: Doorstop's, StrictDoc's and ReqIF's mappings are files as a user's own is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES
from memories.files import parse_yaml, read_text
from memories.findings import InputFault

SHIPPED = Path(__file__).parent / "mappings"
FALLBACK = "refers_to"

_SECTIONS = {"tool", "items", "types", "links", "roles"}
_ITEM_KEYS = {"ref", "type", "name", "description", "active", "links", "properties", "leave_out"}
_LINK_KEYS = {"source", "role", "target"}
_ROLE_KEYS = {"type", "turned", "otherwise"}
OTHER = "other"


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What a foreign role becomes.

    Attributes:
        type: relationship type.
        turned: whether source and target change places.
        otherwise: the type where the ontology does not let `type` join the two ends.
    """

    type: str
    turned: bool = False
    otherwise: str = FALLBACK


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column or key of an item is which; the first of several that holds something is taken."""

    ref: tuple[str, ...] = ("external_ref",)
    type: tuple[str, ...] = ("type",)
    name: tuple[str, ...] = ("name",)
    description: tuple[str, ...] = ("description",)
    active: tuple[str, ...] = ()
    links: tuple[str, ...] = ("links",)
    properties: dict[str, str] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file.

    Attributes:
        tool: label of the source; rows of one project and tool belong together on re-import.
        columns: for CSV and JSONL.
        types: foreign type -> entity type; `other` is for the types not named, without it they are refused.
        link_columns: (source, role, target) of a links file.
        roles: foreign role -> rule; `other` is for the roles not named.
    """

    tool: str = ""
    columns: Columns = field(default_factory=Columns)
    types: dict[str, str] = field(default_factory=dict)
    link_columns: tuple[str, str, str] = ("source", "role", "target")
    roles: dict[str, RoleRule] = field(default_factory=dict)

    def entity_type(self, foreign: str) -> str | None:
        """Return the entity type of a foreign type, or None where it is to be refused."""
        return self.types.get(foreign) or self.types.get(OTHER)

    def role(self, foreign: str) -> RoleRule:
        """Return the rule of a foreign role; an unknown one becomes refers_to."""
        return self.roles.get(foreign) or self.roles.get(OTHER) or RoleRule(FALLBACK)


#: For files that speak AtoCore's own words.
PLAIN = Mapping(
    types={name: name for name in ENTITY_TYPES},
    roles={name: RoleRule(name) for name in RELATIONSHIP_TYPES},
)


def shipped(tool: str) -> Mapping:
    """Return the mapping of a tool that AtoCore ships ("doorstop", "strictdoc", "reqif")."""
    return load(SHIPPED / f"{tool}.yaml", f"{tool}.yaml")


def load(path: Path, shown: str = "") -> Mapping:
    """Return a mapping file's content.

    Raises:
        InputFault: missing, broken, an unknown key, or a type the ontology does not have.
    """
    shown = shown or str(path)
    return _read(parse_yaml(read_text(path, shown), shown), shown)


def _read(data: dict[str, Any], shown: str) -> Mapping:
    _only(data, _SECTIONS, "", shown)
    links = _section(data, "links", shown)
    _only(links, _LINK_KEYS, "links", shown)
    names = {name: _word(links.get(name, name), f"links.{name}", shown) for name in ("source", "role", "target")}
    return Mapping(
        tool=_word(data.get("tool", ""), "tool", shown),
        columns=_columns(_section(data, "items", shown), shown),
        types=_types(_section(data, "types", shown), shown) or PLAIN.types,
        link_columns=(names["source"], names["role"], names["target"]),
        roles=_roles(_section(data, "roles", shown), shown) or PLAIN.roles,
    )


def _columns(data: dict[str, Any], shown: str) -> Columns:
    _only(data, _ITEM_KEYS, "items", shown)
    default = Columns()
    properties = _section(data, "properties", shown, "items.")
    return Columns(
        ref=_words(data, "ref", default.ref, shown),
        type=_words(data, "type", default.type, shown),
        name=_words(data, "name", default.name, shown),
        description=_words(data, "description", default.description, shown),
        active=_words(data, "active", default.active, shown),
        links=_words(data, "links", default.links, shown),
        properties={str(ours): _word(theirs, f"items.properties.{ours}", shown) for ours, theirs in properties.items()},
        leave_out=frozenset(_words(data, "leave_out", (), shown)),
    )


def _types(data: dict[str, Any], shown: str) -> dict[str, str]:
    result = {str(foreign): _word(ours, f"types.{foreign}", shown) for foreign, ours in data.items()}
    for foreign, ours in result.items():
        _known(ours, ENTITY_TYPES, f"types.{foreign}", shown)
    return result


def _roles(data: dict[str, Any], shown: str) -> dict[str, RoleRule]:
    return {str(foreign): _role(rule, f"roles.{foreign}", shown) for foreign, rule in data.items()}


def _role(rule: Any, where: str, shown: str) -> RoleRule:
    if isinstance(rule, str):
        rule = {"type": rule}
    if not isinstance(rule, dict) or "type" not in rule:
        raise InputFault(shown, f"{where}: a relationship type is expected, or a mapping with `type`.")
    _only(rule, _ROLE_KEYS, where, shown)
    for key in ("type", "otherwise"):
        _known(rule.get(key, FALLBACK), RELATIONSHIP_TYPES, f"{where}.{key}", shown)
    if not isinstance(rule.get("turned", False), bool):
        raise InputFault(shown, f"{where}.turned: true or false is expected.")
    return RoleRule(rule["type"], rule.get("turned", False), rule.get("otherwise", FALLBACK))


def _section(data: dict[str, Any], name: str, shown: str, above: str = "") -> dict[str, Any]:
    value = data.get(name) or {}
    if not isinstance(value, dict):
        raise InputFault(shown, f"{above}{name}: a mapping is expected.")
    return value


def _word(value: Any, where: str, shown: str) -> str:
    if not isinstance(value, str):
        raise InputFault(shown, f"{where}: text is expected, not {value!r}.")
    return value.strip()


def _words(data: dict[str, Any], name: str, default: tuple[str, ...], shown: str) -> tuple[str, ...]:
    value = data.get(name)
    if value is None:
        return default
    listed = value if isinstance(value, list) else [value]
    return tuple(_word(item, f"items.{name}", shown) for item in listed)


def _only(data: dict[str, Any], known: set[str], where: str, shown: str) -> None:
    for key in data:
        if key not in known:
            raise InputFault(
                shown, f"{where + '.' if where else ''}{key}: unknown key; known: {', '.join(sorted(known))}."
            )


def _known(value: Any, known: Iterable[str], where: str, shown: str) -> None:
    if value not in set(known):
        raise InputFault(shown, f"{where}: {value!r} is not in the ontology; known: {', '.join(known)}.")
