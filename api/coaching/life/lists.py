"""Defines how the lists of nominations and early ends can be searched, sorted and filtered."""

from __future__ import annotations

from datetime import date

from api.coaching.life import facts
from api.coaching.life.early_ends import EarlyEnd
from api.coaching.life.nominations import Candidate
from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.web.labels import Option
from coach.early_ends import EarlyEndReason
from coach.folding import folded

_YES, _NO, _NONE = "yes", "no", "none"
NOMINATION_LIST = ListDefinition(
    sorts=("name", "nominated_by", "nominated_on"),
    filters=(
        Filter(
            "nominated",
            facts.NOMINATED(),
            (Option(_YES, facts.IS_NOMINATED()), Option(_NO, facts.NOT_NOMINATED())),
        ),
    ),
)
NOMINATION_ACCESS: RowAccess[Candidate] = RowAccess(
    texts=lambda one: (one.name, one.code, _nominated_by(one)),
    keys={
        "name": lambda one: folded(one.name),
        "nominated_by": lambda one: folded(_nominated_by(one)),
        "nominated_on": lambda one: (
            date.max if one.nomination is None else one.nomination.nominated_on
        ),
    },
    conditions={
        "nominated": lambda one, value: (one.nomination is not None) == (value == _YES),
    },
    identify=lambda one: one.person_id,
)
EARLY_END_LIST = ListDefinition(
    sorts=("name", "ended"),
    filters=(
        Filter(
            "reason",
            facts.REASON(),
            (
                Option(_NONE, facts.NOT_RECORDED()),
                *(Option(reason.value, words()) for reason, words in facts.REASONS.items()),
            ),
        ),
    ),
)
EARLY_END_ACCESS: RowAccess[EarlyEnd] = RowAccess(
    texts=lambda one: (one.coachee, one.coach),
    keys={
        "name": lambda one: folded(one.coachee),
        "ended": lambda one: one.ended_at,
    },
    conditions={"reason": lambda one, value: _reason(one.reason) == value},
    identify=lambda one: f"{one.coachee_id}-{one.coach_id}",
)


def _nominated_by(one: Candidate) -> str:
    return "" if one.nomination is None else one.nomination.nominated_by


def _reason(reason: EarlyEndReason | None) -> str:
    return _NONE if reason is None else reason.value
