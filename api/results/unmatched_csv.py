"""`unmatched.csv`: who has no coach, why, how many coaches each rule left, and what would help."""

from __future__ import annotations

from api.results.schedule_csv import csv_bytes
from matching.result import Result, Unmatched

COLUMNS = ("coachee", "reason", "funnel", "remedies")


def unmatched_csv(result: Result) -> bytes:
    """Return the file in UTF-8, with one row per unmatched coachee."""
    return csv_bytes(
        COLUMNS,
        [
            (entry.coachee, entry.reason, format_funnel(entry), format_remedies(entry))
            for entry in result.unmatched
        ],
    )


def format_funnel(entry: Unmatched) -> str:
    """Format how many coaches remained after each rule: `language 9; rank 2; schedule 0`."""
    return "; ".join(f"{step.rule} {step.left}" for step in entry.funnel)


def format_remedies(entry: Unmatched) -> str:
    """Format every remedy with its effect, separated by semicolons."""
    return "; ".join(f"{remedy.change}: {remedy.effect}" for remedy in entry.remedies)
