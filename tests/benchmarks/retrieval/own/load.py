"""The questions and conversations of this folder as dataclasses, and the sample's rows that their answers name.

Owns the notation of the files (README.md). It touches no database: whoever loads the sample hands over its ids.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from engineering.sample import files

FOLDER = Path(__file__).parent

#: The moment to load the sample at: ages count back from it, and questions about dates are answered for it.
MOMENT = datetime(2025, 4, 9, 12, tzinfo=UTC)

#: Conversations that a ranking may be fitted on, and those that tell whether the fit holds elsewhere.
FIT = ("D1", "D2", "D4")
CHECK = ("D3", "D5")


@dataclass(frozen=True)
class Question:
    """A question about the sample.

    Attributes:
        id: A001 and so on.
        kind: what makes it hard to find, such as `paraphrase`; `negative` where nothing answers.
        question: the words typed.
        gold: what answers, each enough to be worth finding: `memory:m10`, `entity:req-mass`, `chunk:path#heading`.
    """

    id: str
    kind: str
    question: str
    gold: tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """What one of two people said in a conversation.

    Attributes:
        external_ref: its name, `D1:S3:7` for the seventh turn of the third session.
        session_id: the session, `D1:S3`.
        position: its place in the session, from 1.
        observed_at: when it was said.
        speaker: the first name.
        text: the words.
    """

    external_ref: str
    session_id: str
    position: int
    observed_at: datetime
    speaker: str
    text: str

    @property
    def content(self) -> str:
        """The turn as a memory has it."""
        return f"{self.speaker}: {self.text}"


@dataclass(frozen=True)
class DialogueQuestion:
    """A question about one conversation, asked by somebody who was not there.

    Attributes:
        id: D1:Q01 and so on.
        dialogue: the conversation, `D1`.
        kind: single, multi, temporal, follow-up or open.
        question: the words typed.
        gold: the turns that hold the evidence, by `external_ref`, in order of time.
        answer: what they say, for whoever checks the gold; nothing is measured by it.
    """

    id: str
    dialogue: str
    kind: str
    question: str
    gold: tuple[str, ...]
    answer: str


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions about the sample in the order of the file."""
    rows = _yaml("questions.yaml")
    return tuple(Question(row["id"], row["kind"], row["question"], tuple(row["gold"])) for row in rows)


@cache
def dialogues() -> Mapping[str, tuple[Turn, ...]]:
    """Return the turns of each conversation in order of time, by its name."""
    return {path.stem: tuple(_turns(path)) for path in sorted((FOLDER / "dialogues").glob("*.jsonl"))}


@cache
def dialogue_questions() -> tuple[DialogueQuestion, ...]:
    """Return the questions about the conversations in the order of the file."""
    return tuple(_about_a_dialogue(row) for row in _yaml("dialogue_questions.yaml"))


def rows(ids: Mapping[str, UUID]) -> Mapping[str, UUID]:
    """Return the row that each possible gold of `questions` stands for.

    Args:
        ids: the rows by key as `loader.load(MOMENT).ids` gives them.
    """
    sample = files.read(MOMENT)
    found = {f"{kind}:{record.key}": ids[record.key] for kind in ("memory", "entity") for record in sample.of(kind)}
    for document in sample.of("document"):
        for heading, text in files.sections(files.text_of(document, MOMENT)):
            if text.strip():
                found[f"chunk:{document.fields['path']}#{heading}"] = ids[f"{document.key} > {heading}"]
    return found


def _yaml(name: str) -> list[dict[str, Any]]:
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return loaded["questions"]


def _turns(path: Path) -> Iterator[Turn]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Turn(**{**row, "observed_at": datetime.fromisoformat(row["observed_at"])})


def _about_a_dialogue(row: Mapping[str, Any]) -> DialogueQuestion:
    dialogue = row["id"].partition(":")[0]
    return DialogueQuestion(row["id"], dialogue, row["kind"], row["question"], tuple(row["gold"]), row["answer"])
