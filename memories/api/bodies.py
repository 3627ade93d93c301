"""Bodies of verbs, read strictly: unknown keys and look-alike types are refused with their pointer.

The fields of a record are not listed here: they go to the write path as they came, which alone knows their rules.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from memories.text import MAX_TEXT


class Text(serializers.CharField):
    """A JSON string; numbers are not taken for text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, "trim_whitespace": False, "max_length": MAX_TEXT, **options})

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON integer; "3", 3.0 and true are not taken for one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 2**31 - 1, **options})

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class RecordId(serializers.UUIDField):
    """The id of a record."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the UUID."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Body(serializers.Serializer[Any]):
    """An object with the declared keys and no other."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values; raises ValidationError with the place of every fault."""
        if isinstance(data, Mapping):
            known = ", ".join(self.fields)
            unknown = {name: [f"This is not taken here. Known: {known}."] for name in data if name not in self.fields}
            if unknown:
                raise serializers.ValidationError(unknown, code="unknown_field")
        return super().to_internal_value(data)


class Noted(Body):
    """Why."""

    note = Text(required=False, max_length=4_000, help_text="the reason, kept in the audit row")


class Decision(Noted):
    """A decision on the version that was seen."""

    version = Whole(required=False, help_text="the version you saw; If-Match does the same")


class Promotion(Decision):
    """Promote, and with it supersede an active row that this one replaces."""

    supersedes = RecordId(required=False, help_text="id of the active row that this one replaces")
    supersedes_version = Whole(required=False, help_text="its version as you saw it")


class Succession(Decision):
    """Supersede an active row."""

    by = RecordId(required=False, help_text="id of the active row that replaces it, where there is one")


class Merging(Decision):
    """Merge into another row, choosing a side for each field."""

    into = RecordId(help_text="id of the row that stays")
    into_version = Whole(required=False, help_text="its version as you saw it")
    fields_ = serializers.DictField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, `fields_` under its name in JSON (`fields` is an attribute of every serializer)."""
        declared = super().get_fields()
        chosen = declared.pop("fields_")
        chosen.help_text = 'for each field "source", "target" or {"value": …}; the target\'s where not named'
        return {**declared, "fields": chosen}


class Annotation(Body):
    """A note on a record, whatever its status."""

    note = Text(allow_blank=False, max_length=4_000)


class Texts(serializers.ListField):
    """A list of JSON strings."""

    child = Text()


class Looking(Body):
    """What looks through an exchange."""

    extractor = Text(required=False, max_length=16, help_text="rules (as without it) or llm, which takes a reviewer")


class Placing(Body):
    """The project of an exchange that was captured under an unknown name."""

    project = Text(allow_blank=False, max_length=200, help_text="name or alias")
    version = Whole(required=False, help_text="the version you saw; If-Match does the same")


class Nothing(Body):
    """An empty object."""
