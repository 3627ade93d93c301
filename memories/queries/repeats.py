"""Which live memories an answer repeats, and what its context pack had fed it.

A pool of memories is looked up in the index, by likeness and by words, so that the cost depends on the answer's length
rather than on the number of memories; each is then compared word by word. Reads only.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings

from memories.choices import LIVE
from memories.models import Interaction, Memory
from memories.queries.validity import in_time
from memories.search import marks, sketch
from memories.search.backends import Query, find, sharing
from memories.text import sentences, terms, tokens

#: A memory of fewer terms says too little for its words to be told from chance.
LEAST_TERMS = 3
#: Memories that one exchange reinforces at most, the best first.
MOST = 25
#: Sentences of which the likes are looked up (those with most terms), and those looked up by their words.
_SKETCHED, _RANKED = 64, 4
#: Words of one look-up, and memories found by it; the same for the one by numbers.
_TELLING, _FOUND, _MOST_NUMBERS, _NUMBERED = 6, 12, 24, 100
_NOBODY = UUID(int=0)
#: The words of a memory have to stand together: within three times its own length, or this many words.
_LEAST_WINDOW = 60
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Repeat:
    """A memory that an answer repeats, and what share of its terms."""

    memory_id: UUID
    share: float


class Said:
    """A text by the places of its words."""

    def __init__(self, text: str) -> None:
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(tokens(text)):
            self.places.setdefault(word, []).append(place)

    def share_of(self, content: str) -> float:
        """Return what share of a statement's distinct terms stands together somewhere in the text, 0..1.

        0 where the statement has too few terms, or one of its numbers is missing: another number is another statement.
        """
        wanted = terms(content)
        numbers = {word for word in wanted if word[0].isdigit()}
        if len(wanted) < LEAST_TERMS or not numbers <= self.places.keys():
            return 0.0
        return self._most(wanted, numbers, max(_LEAST_WINDOW, 3 * len(tokens(content)))) / len(wanted)

    def _most(self, wanted: frozenset[str], numbers: set[str], window: int) -> int:
        """Return how many of the words stand within a window that holds all the numbers, at most."""
        found = sorted((place, word) for word in wanted for place in self.places.get(word, ()))
        held: Counter[str] = Counter()
        first = most = 0
        for place, word in found:
            held[word] += 1
            while place - found[first][0] >= window:
                gone, first = found[first][1], first + 1
                held[gone] -= 1
                if not held[gone]:
                    del held[gone]
            if len(held) > most and numbers <= held.keys():
                most = len(held)
        return most


class Fed:
    """What the context pack of an exchange had told the model already."""

    def __init__(self, interaction: Interaction) -> None:
        self.text = "\n".join(strings(interaction.context_pack))
        used = " ".join(str(item) for item in interaction.memories_used)
        self.ids = {UUID(found) for found in _ID.findall(f"{self.text} {used}")}

    @cached_property
    def said(self) -> Said:
        """The pack's words."""
        return Said(self.text)

    def holds(self, content: str) -> bool:
        """Tell whether the pack says this already, by the measure that counts as repeating."""
        return bool(self.text) and self.said.share_of(content) >= settings.ATOCORE_REINFORCE_SHARE


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, keys included (some packs are keyed by id)."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def repeated(interaction: Interaction) -> list[Repeat]:
    """Return the live memories of the exchange's project, and of none, that its answer repeats; the best first.

    Left out: what the pack had fed, what came out of this very exchange, what expired, and memories of too few words.
    """
    said, fed = Said(interaction.response), Fed(interaction)
    pool = Memory.objects.filter(in_time(), pk__in=_pool(interaction) - fed.ids, status__in=LIVE)
    found = [
        Repeat(pk, share)
        for pk, content in pool.exclude(source_interaction=interaction.pk).values_list("pk", "content")
        if (share := said.share_of(content)) >= settings.ATOCORE_REINFORCE_SHARE and not fed.holds(content)
    ]
    return sorted(found, key=lambda repeat: (-repeat.share, str(repeat.memory_id)))[:MOST]


def _pool(interaction: Interaction) -> set[UUID]:
    """Return the memories worth comparing.

    What resembles a sentence is found by its sketch, at a cost that does not grow with the number of memories. What a
    sentence says among other things is found by its words: all numbers of the answer in one look-up, since a memory's
    own have to be among them, and the longest words of a few sentences.
    """
    places = list(dict.fromkeys([marks.project(interaction.project_id), marks.project(None)]))
    narrow = [[marks.kind("memory")], *marks.within([one.value for one in LIVE], [interaction.project_id, None])]
    spoken = {sentence: terms(sentence) for sentence in sentences(interaction.response)}
    longest = sorted((text for text in spoken if len(spoken[text]) >= 2), key=lambda text: (-len(spoken[text]), text))
    found = {record_id for text in longest[:_SKETCHED] for record_id in _alike(text, places)}
    numbers = {word for words in spoken.values() for word in words if _is_number(word)}
    asked = [(numbers, _MOST_NUMBERS, _NUMBERED)]
    asked += [({word for word in spoken[text] if not _is_number(word)}, _TELLING, _FOUND) for text in longest[:_RANKED]]
    for words, most, limit in asked:
        telling = sorted(words, key=lambda word: (-len(word), word))[:most]
        if telling:
            found |= {record_id for _, record_id in find(Query(marks=narrow, words=telling, limit=limit))}
    return found


def _alike(text: str, places: list[str]) -> list[UUID]:
    words = sketch.word_set(text)
    bands = [band for place in places for band in sketch.bands(words, f"memory {place}")]
    return [held.record_id for held in sharing(bands, _NOBODY, _FOUND)]


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word))
