"""The ground floor as a Django app."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class MemoriesConfig(AppConfig):
    """Evidence and what both apps share."""

    name = "memories"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of this floor and its system checks."""
        from memories import checks  # noqa: F401 - registers the checks
        from memories.services import kinds_of_memory  # noqa: F401 - registers memory and document
        from memories.services.housekeeping import (  # noqa: F401 - register their steps
            cooling,
            ending,
            figuring,
            promoting,
            purging,
        )


class AdministrationConfig(AdminConfig):
    """Django's admin, with our site in place of its own."""

    default_site = "memories.adminsite.AtoCoreSite"
