"""What the engine says: one module of messages for each subject, which import nothing else of it.

Parameters of the kind `PERSON` are the ids of coachees and coaches.
"""

from __future__ import annotations

from matching.facts import changes, explanations, findings, moves, names, records, rules, runs

__all__ = ["changes", "explanations", "findings", "moves", "names", "records", "rules", "runs"]
