"""Explanations: why this coach, the next best and its price; why nobody, and what would help."""

from __future__ import annotations

from matching.explanation.advice import Advice, advise
from matching.explanation.person import Explanation, RunnerUp, Solve, explain, runner_up
from matching.explanation.remedies import Effort, PlaceAll, explain_unmatched
from matching.explanation.sections import Section, sections

__all__ = [
    "Advice",
    "Effort",
    "Explanation",
    "PlaceAll",
    "RunnerUp",
    "Section",
    "Solve",
    "advise",
    "explain",
    "explain_unmatched",
    "runner_up",
    "sections",
]
