"""What every reader yields: items, links and findings, in the words of the tool they came from. No model, no rule."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from memories.findings import Finding, Place


@dataclass(frozen=True, slots=True)
class ForeignItem:
    """One item of another tool.

    Attributes:
        ref: its id there; becomes external_ref.
        type: its type there ("requirement", "test-case", "heading").
        name: its title; may be empty, then the mapping finds one.
        description: its text.
        properties: everything else it carries, JSON-ready.
        active: False where the tool itself counts it as switched off.
        place: where it was read.
        declared: the entity type, where the file is of AtoCore's own making and says it; no mapping is asked then.
    """

    ref: str
    type: str
    name: str
    place: Place
    description: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    active: bool = True
    declared: str = ""


@dataclass(frozen=True, slots=True)
class ForeignLink:
    """One link of another tool, in its own direction.

    Attributes:
        source: ref of the item that carries the link.
        role: what the tool calls it; becomes origin_role.
        target: ref of the item it points at.
        place: where it was read.
        stamp: the target's fingerprint as the tool stored it at the last review, empty for none.
        suspect: whether the tool's own fingerprint no longer fits the target; None where it has none.
        declared: the relationship type, as of an item.
    """

    source: str
    role: str
    target: str
    place: Place
    stamp: str = ""
    suspect: bool | None = None
    declared: str = ""


@dataclass(slots=True)
class Tree:
    """All that a reader found.

    Attributes:
        tool: "doorstop", "strictdoc", "csv" or "jsonl", or what a mapping file calls it.
        read: how many items and links the source held, the unreadable ones included.
        complete: False when an item was refused whose id is unknown: then nothing may count as vanished.
        present: refs that the source holds though they could not be read.
    """

    tool: str
    items: list[ForeignItem] = field(default_factory=list)
    links: list[ForeignLink] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    complete: bool = True
    present: set[str] = field(default_factory=set)

    def add(self, item: ForeignItem) -> None:
        """Take an item."""
        self.read["item"] += 1
        self.items.append(item)

    def link(self, link: ForeignLink) -> None:
        """Take a link."""
        self.read["link"] += 1
        self.links.append(link)

    def refuse_item(self, ref: str, rule: str, reason: str, place: Place, row: Any = None) -> None:
        """Count an item that cannot be taken. An empty `ref` makes the tree incomplete."""
        self.read["item"] += 1
        self.findings.append(Finding("refused", "item", ref, rule, reason, place, row))
        if ref:
            self.present.add(ref)
        else:
            self.complete = False

    def refuse_link(self, ref: str, rule: str, reason: str, place: Place, row: Any = None) -> None:
        """Count a link that cannot be taken."""
        self.read["link"] += 1
        self.findings.append(Finding("refused", "link", ref, rule, reason, place, row))

    def note(self, ref: str, rule: str, reason: str, place: Place) -> None:
        """Report something that changes no count."""
        self.findings.append(Finding("note", "item", ref, rule, reason, place))

    def refused(self) -> Iterator[Finding]:
        """Yield what was refused."""
        return (finding for finding in self.findings if finding.outcome == "refused")
