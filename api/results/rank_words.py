"""Formats ranks as text."""

from __future__ import annotations

from api.results import facts
from coach.ranks import Rank
from coach.texts.facts import Displayed


def format_rank(rank: Rank) -> Displayed:
    """Format a rank, such as `OF-5`, `civilian` or `civilian equivalent to OF-8`."""
    if not rank.civilian:
        return rank.code
    for mark, compared in (("~", facts.CIVILIAN_AS), (">", facts.CIVILIAN_ABOVE)):
        if mark in rank.code:
            return compared(grade=rank.code.partition(mark)[2])
    return facts.CIVILIAN()
