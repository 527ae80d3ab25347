"""Explanations: why this coach, the next best and its price; why nobody, and what would help."""

from __future__ import annotations

from matching.explanation.person import Explanation, RunnerUp, Solve, explain, runner_up
from matching.explanation.remedies import Effort, PlaceAll, explain_unmatched
from matching.explanation.sections import Section, sections

__all__ = [
    "Effort",
    "Explanation",
    "PlaceAll",
    "RunnerUp",
    "Section",
    "Solve",
    "explain",
    "explain_unmatched",
    "runner_up",
    "sections",
]
