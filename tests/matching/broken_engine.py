"""An engine with a planted fault: the first session of its last match is off the grid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from matching import engine
from matching.result import Match
from tests.matching.planner import shifted


def break_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the engine move the first session of the last match by seven minutes."""
    build: Callable[..., tuple[Match, ...]] = engine.build_matches

    def build_wrongly(*given: object, **more: object) -> tuple[Match, ...]:
        *others, last = build(*given, **more)
        moved = shifted(last.sessions[0], timedelta(minutes=7))
        sessions = (moved, *last.sessions[1:])
        return (*others, last.model_copy(update={"sessions": sessions}))

    monkeypatch.setattr(engine, "build_matches", build_wrongly)
