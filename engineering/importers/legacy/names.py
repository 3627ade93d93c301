"""Which project a name in an older database stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from memories.projects import closest, fold


@dataclass(slots=True)
class Names:
    """Resolves project names: canonical, alias, alias learned from the database itself, or the start of one name.

    Attributes:
        known: canonical name by folded name or alias, the new database's and the old one's.
        learned: aliases that the old database used without declaring them, to be registered.
    """

    known: dict[str, str] = field(default_factory=dict)
    learned: dict[str, str] = field(default_factory=dict)

    def learn(self, evidence: Mapping[str, set[str]]) -> None:
        """Take names that rows use beside the id of a project, where all rows agree.

        Args:
            evidence: canonical names seen beside each text.
        """
        for text, names in evidence.items():
            if fold(text) not in self.known and len(names) == 1:
                [self.learned[fold(text)]] = names

    def resolve(self, text: str) -> tuple[str | None, bool]:
        """Return (canonical name or None, whether it was written in another way than the canonical one)."""
        name = fold(text)
        canonical = self.known.get(name) or self.learned.get(name) or self._by_start(name)
        return canonical, canonical is not None and canonical != text

    def _by_start(self, name: str) -> str | None:
        """Return the only project whose name begins with this one and a separator ("p04" -> "p04-gigabit")."""
        if not name:
            return None
        candidates = {other for other in self.known.values() if other.startswith((f"{name}-", f"{name}_", f"{name}."))}
        if len(candidates) != 1:
            return None
        [self.learned[name]] = candidates
        return self.learned[name]

    def refusal(self, text: str) -> str:
        """Return why a name is refused, with the closest known ones."""
        near = closest(text, sorted(set(self.known.values())))
        hint = f"; closest known: {', '.join(near)}" if near else ""
        return f"no project is registered as “{text}”{hint}"
