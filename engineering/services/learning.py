"""What the engineering floor makes of what an exchange states: decisions, requirements and assumptions become entities.

Name and properties are guessed as they are when a memory graduates; the statement itself stays as it was said.
"""

from engineering import drafts
from memories.extraction.statements import Proposal, Sort, Statement, register, sorts


def _as_entity(entity_type: str) -> Sort:
    def propose(said: Statement) -> Proposal:
        draft = drafts.draft(said.text, "project", entity_type)
        fields = {
            "entity_type": entity_type,
            "name": draft.name or said.text[: drafts.LONGEST_NAME],
            "description": said.text,
            "properties": draft.properties,
            "confidence": said.confidence,
        }
        if said.valid_until:
            fields["valid_until"] = said.valid_until
        return Proposal("entity", fields)

    return Sort(entity_type, sorts()[entity_type].meaning, propose)


for _entity_type in ("decision", "requirement", "assumption"):
    register(_as_entity(_entity_type))
