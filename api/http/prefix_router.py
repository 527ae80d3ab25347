"""Routers that are asked only about paths which one of their routes can have."""

from __future__ import annotations

from typing import Self

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

_PARAMETER = "{"


class Signposted(APIRouter):
    """A router that knows how the paths of its routes begin.

    To find the route of a request, every route of every router is tried in turn, which takes longer
    than many answers. Here a router says at one glance that a path is none of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._whole: frozenset[str] = frozenset()
        self._beginnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, router: APIRouter) -> Self:
        """`router` with signposts. It has all its routes by now, and is included as it stands."""
        signposted = cls()
        signposted.routes = router.routes
        paths = [context.path or "" for context in iter_route_contexts(router.routes)]
        signposted._whole = frozenset(path for path in paths if _PARAMETER not in path)
        signposted._beginnings = tuple(
            {path.partition(_PARAMETER)[0] for path in paths if _PARAMETER in path}
        )
        return signposted

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes is for the path and method of a request."""
        path = scope["path"]
        if scope.get("root_path") or path in self._whole or path.startswith(self._beginnings):
            return super().matches(scope)
        return Match.NONE, {}
