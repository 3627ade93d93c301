"""What a subject is called: by its id in the tool it came from, else by its name and the path above it."""

import hashlib
from collections import defaultdict
from uuid import UUID

from engineering.slots.facts import Facts, Link, Slot, Thing
from memories.text import normalise

KEY_LENGTH = 400


class Names:
    """Knows the subject of every thing, and the links at each."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.subjects = self._subjects()
        self.out: dict[UUID, list[Link]] = defaultdict(list)
        self.into: dict[UUID, list[Link]] = defaultdict(list)
        for link in facts.links:
            if link.source in facts.things and link.target in facts.things:
                self.out[link.source].append(link)
                self.into[link.target].append(link)

    def _subjects(self) -> dict[UUID, str]:
        """Return each thing's subject: its foreign id, else its name and the path above it.

        One that stands nowhere yet is taken for the one of its name that does; where several do, it is its own.
        """
        paths = {thing.id: self._path(thing.id) for thing in self.facts.things.values() if not thing.ref}
        placed: dict[tuple[UUID | None, str, str], set[str]] = defaultdict(set)
        for thing in self.facts.things.values():
            if paths.get(thing.id):
                placed[thing.project, thing.type, normalise(thing.name)].add(paths[thing.id])
        found = {}
        for thing in self.facts.things.values():
            alike = placed[thing.project, thing.type, normalise(thing.name)] if not thing.ref else ()
            path = paths.get(thing.id) or (next(iter(alike)) if len(alike) == 1 else "")
            name = thing.ref or normalise(thing.name)
            found[thing.id] = f"{name} in {path}" if path else name
        return found

    def _own(self, thing: Thing) -> str:
        """Return what a thing is called by itself, whatever else has its name."""
        path = "" if thing.ref else self._path(thing.id)
        name = thing.ref or normalise(thing.name)
        return f"{name} in {path}" if path else name

    def _path(self, thing: UUID) -> str:
        names: list[str] = []
        seen = {thing}
        above = self.facts.parents.get(thing, [])
        while above and above[0] not in seen:
            seen.add(above[0])
            names.append(self._label(above[0], self.facts.places.get(thing)))
            above = self.facts.parents.get(above[0], [])
        return " / ".join(reversed(names))

    def _label(self, thing: UUID, reader: UUID | None) -> str:
        """Return a name as a key of a project may hold it: who reads that project may not read every other."""
        place = self.facts.places.get(thing)
        return normalise(self.facts.labels.get(thing, "")) if place in (None, reader) else _nameless(thing)

    def _own_to(self, thing: Thing, reader: UUID | None) -> str:
        """Return what a thing is called by itself, as a key of a project may hold it."""
        return self._own(thing) if thing.project in (None, reader) else _nameless(thing.id)

    def _slot(self, thing: Thing, what: str, *, scoped: bool = False, key: str = "") -> Slot:
        text = key or self.subjects[thing.id]
        if scoped and thing.scope:
            text = f"{text} @ {thing.scope}"
        return Slot(thing.project, f"{thing.type}.{what}"[:80], short(text))

    def _is(self, thing: UUID, wanted: str) -> bool:
        return thing in self.facts.things and self.facts.things[thing].type == wanted


def _nameless(thing: UUID) -> str:
    return f"#{thing.hex[-12:]}"


def short(key: str) -> str:
    if len(key) <= KEY_LENGTH:
        return key
    return f"{key[: KEY_LENGTH - 14]}… {hashlib.sha256(key.encode()).hexdigest()[:12]}"
