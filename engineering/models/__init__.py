"""Models of the engineering floor. They hold columns and constraints; rules and writes live in services."""

from engineering.models.conflict import Conflict, ConflictMember
from engineering.models.entity import Entity
from engineering.models.relationship import Relationship
from engineering.models.slot import SlotSubject, ValueAlias

__all__ = ["Conflict", "ConflictMember", "Entity", "Relationship", "SlotSubject", "ValueAlias"]
