"""The file `unmatched.csv`: coachees without a coach, with reasons, funnels and remedies."""

from __future__ import annotations

from api.files.csv_writer import csv_bytes
from api.results.result_json import ResultSentences
from matching.result import Result, Unmatched

COLUMNS = ("coachee", "reason", "funnel", "remedies")


def unmatched_csv(result: Result, sentences: ResultSentences) -> bytes:
    """Return the content of the file in UTF-8, with a row for each unmatched coachee.

    `sentences` renders the remedies as text. The other columns contain codes.
    """
    return csv_bytes(
        COLUMNS,
        [
            (entry.coachee, entry.reason, format_funnel(entry), format_remedies(entry, sentences))
            for entry in result.unmatched
        ],
    )


def format_funnel(entry: Unmatched) -> str:
    """Format the number of coaches left by each rule, such as `language 9; rank 2; schedule 0`."""
    return "; ".join(f"{step.rule} {step.left}" for step in entry.funnel)


def format_remedies(entry: Unmatched, sentences: ResultSentences) -> str:
    """Format each remedy with its effect, separated by semicolons."""
    return "; ".join(map(sentences.remedy, entry.remedies))
