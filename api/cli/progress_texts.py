"""Texts shared by both views of a run's progress."""

from __future__ import annotations

from api.cli import facts
from api.cli.output import render
from matching.progress import Phase, Progress

PHASES = {
    Phase.JUDGING: facts.JUDGING(),
    Phase.MATCHING: facts.MATCHING(),
    Phase.TIMETABLING: facts.TIMETABLING(),
    Phase.EXPLAINING: facts.EXPLAINING(),
    Phase.AUDITING: facts.AUDITING(),
    Phase.DONE: facts.DONE(),
}
"""The name of each phase."""


def elapsed_time(progress: Progress) -> str:
    """Return the time since the start of the run as text, in seconds."""
    return render(facts.ELAPSED(seconds=progress.elapsed_seconds))
