"""Engine messages, in one module per subject; the modules import nothing else from the engine.

Parameters of the kind `PERSON` are the ids of coachees and coaches.
"""

from __future__ import annotations

from matching.facts import (
    changes,
    explanations,
    findings,
    moves,
    names,
    records,
    rules,
    runs,
    series_findings,
)

__all__ = [
    "changes",
    "explanations",
    "findings",
    "moves",
    "names",
    "records",
    "rules",
    "runs",
    "series_findings",
]
