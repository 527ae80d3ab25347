"""Compares uploaded lists with the people in their cycle, and caches the latest comparisons.

Reading and comparing two thousand people takes most of a second, and a manager looks at the same
comparison several times. The comparison depends only on stored data, so it is cached under the
checksum of this data.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session as Transaction

from api.participants.preview.outcome import Outcome
from api.participants.rosters import ListedText, listed_as_text, parse_listed
from api.participants.rows import ListPreviewRow
from coach.intake.list_review import ListReview, review_lists
from coach.people import Roster

_KEPT = 2


@dataclass(frozen=True, slots=True)
class ComparedLists:
    """The outcome of reading uploaded lists, and their review; see `service.Preview`.

    Attributes:
        seen: the checksum of the lists and of the people with whom they were compared.
    """

    outcome: Outcome
    review: ListReview | None
    seen: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """The stored texts to compare; two instances are equal if their checksums are equal."""

    checksum: str
    outcome: str = field(compare=False)
    people: tuple[ListedText, ...] = field(compare=False)


def compared_lists(tx: Transaction, cycle_id: str) -> ComparedLists:
    """Return the lists awaiting a decision in a cycle, compared with its people."""
    outcome: str = tx.scalars(
        select(cast(ListPreviewRow.outcome, Text)).where(ListPreviewRow.cycle_id == cycle_id)
    ).one()
    people = listed_as_text(tx, cycle_id)
    digest = hashlib.sha256(outcome.encode())
    for one in people:
        digest.update(repr(one).encode())
    return _compared(_Stored(digest.hexdigest(), outcome, people))


def forget_compared_lists() -> None:
    """Clear this process's cached comparisons, which contain personal data."""
    _compared.cache_clear()


@lru_cache(_KEPT)
def _compared(stored: _Stored) -> ComparedLists:
    outcome = Outcome.model_validate_json(stored.outcome)
    current = parse_listed(stored.people)
    review = None if outcome.asks else review_lists(outcome.roster(current), _earlier(current))
    return ComparedLists(outcome, review, stored.checksum)


def _earlier(current: Roster) -> Roster | None:
    return current if current.coachees or current.coaches else None
