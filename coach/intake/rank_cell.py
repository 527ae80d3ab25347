"""Reads a rank from a cell: a code, or a title in Latin or Cyrillic script."""

from __future__ import annotations

from coach.intake import facts
from coach.intake.cell_reading import ReadCell
from coach.intake.cells import CellError
from coach.intake.fault_messages import excerpt, with_suggestion
from coach.intake.reference import ReadContext
from coach.intake.understanding import Rewriting, rewrite_rank_code
from coach.ranks import RankTitleError, looks_like_code, parse_code


def resolve_rank(
    text: str, place: tuple[str, str | None] | None, read_context: ReadContext
) -> ReadCell:
    """Return the rank that a cell contains as a code or title, and how it was rewritten.

    Args:
        text: the text of the cell.
        place: the country and the service, if any; `None` if they are unusable, in which case
            titles are not looked up and yield no rank.
        read_context: the reference data, and whether to read strictly.

    Raises:
        CellError: the text is not a rank, or is the title of several ranks.
    """
    rank = parse_code(text)
    if rank is not None:
        return ReadCell(rank)
    meant = None if read_context.strict else parse_code(rewrite_rank_code(text))
    if meant is not None:
        return ReadCell(meant, (Rewriting(text, meant.code),))
    if looks_like_code(text):
        raise CellError(facts.NOT_A_RANK(value=excerpt(text)))
    return ReadCell(None) if place is None else _resolve_title(text, *place, read_context)


def _resolve_title(
    text: str, country: str, service: str | None, read_context: ReadContext
) -> ReadCell:
    ranks = read_context.reference.ranks
    try:
        return ReadCell(ranks.find(text, country, service))
    except RankTitleError as error:
        if not read_context.strict:
            meant = ranks.find_variant(text, country, service)
            if meant is not None:
                return ReadCell(meant, (Rewriting(text, meant.code),))
        near = read_context.nearest(text, error.titles) if error.titles else None
        raise CellError(with_suggestion(error.shown, near)) from None
