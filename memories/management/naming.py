"""People and projects as commands name them."""

from collections.abc import Sequence

from memories.actors import Actor
from memories.errors import NotFound
from memories.models import Project, User
from memories.queries import projects


def owner(name: str | None) -> User | None:
    """Return an active person by name; None for no name. Raises NotFound."""
    if name is None:
        return None
    found = User.objects.filter(username__iexact=name, is_active=True).first()
    if found is None:
        raise NotFound(f"There is nobody called {name}.")
    return found


def places(names: Sequence[str], actor: Actor) -> list[Project]:
    """Return projects by their names or aliases. Raises NotFound or UnknownProject."""
    found = [projects.resolve(name, actor) for name in names]
    if None in found:
        raise NotFound("A project has a name.")
    return [project for project in found if project is not None]
