"""What is made out of evidence, as a Django app."""

from django.apps import AppConfig


class EngineeringConfig(AppConfig):
    """Entities, relationships and conflicts."""

    name = "engineering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of this floor and its hooks."""
        from engineering.services import keeping, kinds_of_engineering, learning  # noqa: F401 - they register
