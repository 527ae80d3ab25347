"""Interprets cells and headers that are not in the standard format of people files.

A cell is rewritten in the standard format if its meaning is certain, and otherwise stays unchanged.
The parsers of `coach.intake` then read the result, so that they alone decide what is valid.
"""

from coach.intake.understanding.aliases import Aliases
from coach.intake.understanding.header_names import (
    column_of_header,
    is_running_number,
    known_headers,
)
from coach.intake.understanding.rewriting import rewrite_cell, rewrite_rank_code
from coach.intake.understanding.times import Rewriting

__all__ = [
    "Aliases",
    "Rewriting",
    "column_of_header",
    "is_running_number",
    "known_headers",
    "rewrite_cell",
    "rewrite_rank_code",
]
