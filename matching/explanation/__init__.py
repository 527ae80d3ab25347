"""Explanations of results: reasons and runners-up for matches, remedies for the unmatched."""

from __future__ import annotations

from matching.explanation.advice import Advice, advise
from matching.explanation.explain_coachee import Explanation, NextBest, RunnerUp, Solve, explain
from matching.explanation.remedies import CanPlaceAll, SearchEffort, explain_unmatched
from matching.explanation.text_sections import Section, runner_up_section, sections

__all__ = [
    "Advice",
    "CanPlaceAll",
    "Explanation",
    "NextBest",
    "RunnerUp",
    "SearchEffort",
    "Section",
    "Solve",
    "advise",
    "explain",
    "explain_unmatched",
    "runner_up_section",
    "sections",
]
