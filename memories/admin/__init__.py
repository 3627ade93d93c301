"""The administration of the ground floor: reading everything, correcting through the verbs, deleting nothing."""

from memories.admin import audit, evidence, learning, people, projects, records  # noqa: F401 - each registers its models
