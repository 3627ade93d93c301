"""The ground floor as a Django app."""

from django.apps import AppConfig


class MemoriesConfig(AppConfig):
    """Evidence and what both apps share."""

    name = "memories"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of this floor and its system checks."""
        from memories import checks  # noqa: F401 - registers the checks
        from memories.services import kinds_of_memory  # noqa: F401 - registers memory and document
