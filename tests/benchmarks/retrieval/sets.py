"""What is searched and asked: the collections of the retrieval benchmark, as they are sent to a server and measured.

The public ones are read where they lie (--data); none of their text is in the repo. Our own stand in own/.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.retrieval.own import load


@dataclass(frozen=True)
class Question:
    """A question with its gold.

    Attributes:
        text: as asked.
        gold: names of units that answer (the external_ref of a memory, the id of a chunk or entity).
        spans: characters that answer, for text cut into chunks; the gold is what overlaps them.
        document: whose characters they are.
        group: under which it is counted besides.
    """

    text: str
    gold: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    document: str = ""
    group: str = ""


@dataclass(frozen=True)
class Collection:
    """Units and questions.

    Attributes:
        name: as printed; also the project they are kept in.
        kinds: kinds that are searched.
        memories: memories as bulk import takes them.
        documents: texts by path.
        questions: what is asked.
    """

    name: str
    kinds: str
    questions: Sequence[Question]
    memories: Sequence[Mapping[str, Any]] = ()
    documents: Mapping[str, str] = field(default_factory=dict)


def chunks(data: Path) -> Collection:
    """Return Chroma's chunking evaluation: five texts, 472 questions with the characters that answer them."""
    folder = data / "chunking_eval"
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((folder / "corpora").glob("*.md"))}
    csv.field_size_limit(10**9)
    asked = []
    with (folder / "questions_df.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            spans = tuple((one["start_index"], one["end_index"]) for one in json.loads(row["references"]))
            asked.append(Question(row["question"], spans=spans, document=row["corpus_id"], group=row["corpus_id"]))
    return Collection("chunks", "chunk", asked, documents=texts)


def cranfield(data: Path) -> Collection:
    """Return the Cranfield collection: 1,400 abstracts as memories, 225 questions."""
    folder = data / "cranfield"
    judged: dict[int, list[str]] = {}
    for line in (folder / "cranqrel").read_text().splitlines():
        fields = line.split()
        if len(fields) >= 3 and int(fields[2]) > 0:
            judged.setdefault(int(fields[0]), []).append(fields[1])
    asked = [
        Question(text, tuple(judged[number]))
        for number, text in enumerate(_fields(folder / "cran.qry", "W"), 1)
        if number in judged
    ]
    return Collection("cranfield", "memory", asked, memories=list(_abstracts(folder / "cran.all.1400")))


def _abstracts(path: Path) -> Iterator[Mapping[str, Any]]:
    titles, texts = _fields(path, "T"), _fields(path, "W")
    for number, (title, text) in enumerate(zip(titles, texts, strict=True), 1):
        content = f"{title} {text}".strip() or "(empty)"
        yield {"external_ref": str(number), "memory_type": "knowledge", "content": content, "status": "active"}


def _fields(path: Path, letter: str) -> list[str]:
    """Return the text under `.<letter>` of each entry that `.I` begins."""
    entries = re.split(r"^\.I .*$", path.read_text(), flags=re.MULTILINE)[1:]
    found = (re.search(rf"^\.{letter}\n(.*?)(?=^\.[A-Z]\n|\Z)", entry, re.MULTILINE | re.DOTALL) for entry in entries)
    return [" ".join(match[1].split()) if match else "" for match in found]


def dialogue(name: str) -> Collection:
    """Return one of our own conversations, one turn a memory."""
    asked = [_asked(one) for one in load.dialogue_questions() if one.dialogue == name]
    return Collection(name.lower(), "memory", asked, memories=_turns(load.dialogues()[name]))


def pooled() -> Collection:
    """Return all of our own conversations in one project."""
    turns = [turn for own in load.dialogues().values() for turn in own]
    return Collection("pooled", "memory", [_asked(one) for one in load.dialogue_questions()], memories=_turns(turns))


def _asked(one: load.DialogueQuestion) -> Question:
    return Question(one.question, one.gold, group=one.kind)


def _turns(turns: Sequence[load.Turn]) -> list[Mapping[str, Any]]:
    return [
        {
            "external_ref": turn.external_ref,
            "memory_type": "episodic",
            "content": turn.content,
            "session_id": turn.session_id,
            "position": turn.position,
            "observed_at": turn.observed_at.isoformat(),
            "status": "active",
        }
        for turn in turns
    ]


def sample(ids: Mapping[str, str]) -> Collection:
    """Return our own questions about the sample project; `ids` gives the row of each possible gold."""
    asked = [
        Question(one.question, tuple(ids[gold] for gold in one.gold), group=one.kind)
        for one in load.questions()
        if one.gold
    ]
    return Collection("sample", "", asked)
