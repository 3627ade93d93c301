"""`as_of`: an answer from the records as they stood at a moment."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from memories.actors import Actor
from memories.api.base import RestViewSet
from memories.api.pagination import bad_param
from memories.api.represent import when
from memories.queries import moments, projects
from memories.queries.moments import Moment

AS_OF = OpenApiParameter(
    "as_of",
    {"type": "string"},
    description="Answer as it stood then: a time, the number of an audit row, a baseline of the project, or now.",
)
_LIVE_ORDER = "triage_rank"

Act = Callable[..., HttpResponseBase]


class LooksBack(RestViewSet):
    """A resource that answers `as_of` a moment.

    Attributes:
        looks_back: actions that take it.
    """

    looks_back: frozenset[str] = frozenset({"retrieve"})

    def known_params(self) -> tuple[set[str], set[str]]:
        """Return the parameters of this action."""
        known, repeatable = super().known_params()
        return known | ({"as_of"} if self.action in self.looks_back else set()), repeatable

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the request; where it asks about a moment, answer from the records as they stood then."""
        super().initial(request, *args, **kwargs)
        if "as_of" in request.query_params:
            method = str(request.method).lower()
            setattr(self, method, partial(self._then, getattr(self, method)))

    def _then(self, act: Act, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        project = self.moment_project(self.actor)
        moment = moments.moment_of(request.query_params["as_of"], project=project)
        if moment is not None:
            self._refuse_live_only(request)
        with moments.looking_back(moment):
            answer = act(request, *args, **kwargs)
        return answer if moment is None else _told(answer, moment, project)

    def _refuse_live_only(self, request: Request) -> None:
        for name in moments.LIVE_ONLY:
            if name in request.query_params:
                raise bad_param(name, f"{name} is known for now only; leave out as_of.", "live_only")
        if request.query_params.get("ordering") == _LIVE_ORDER:
            raise bad_param("ordering", f"{_LIVE_ORDER} is known for now only; leave out as_of.", "live_only")

    def moment_project(self, actor: Actor) -> UUID | None:
        """Return the project whose baselines are meant, or None."""
        name = self.request.query_params.get("project")
        found = projects.resolve(name, actor, pointer="?project") if name else None
        return found.pk if found else None


def _told(answer: HttpResponseBase, moment: Moment, project: UUID | None) -> HttpResponseBase:
    """Say of what moment an answer speaks, and take the ETag away: it is no version that can be changed."""
    answer.headers.pop("ETag", None)
    answer["X-As-Of"] = str(when(moment.at))
    answer["X-As-Of-Partial"] = "true" if moments.partial(moment, project) else "false"
    return answer
