"""Queries for the events of a feed, and for the values from which its validators are computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, not_, or_, type_coerce
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.types import NullType

CANCELLED_SHOWN_FOR = timedelta(days=30)
PAST_SHOWN_FOR = timedelta(days=90)  # in the feed of the office, which has the events of all cycles


@dataclass(frozen=True, slots=True)
class LeavesFeed:
    """A condition for leaving a feed: `condition` holds, and `after` has passed since `since`."""

    since: Any
    after: timedelta
    condition: ColumnElement[bool] | None = None

    def has_left(self) -> ColumnElement[bool]:
        """Return an SQL condition that is true if an event has left the feed."""
        is_over: ColumnElement[bool] = self.since <= bindparam(self.parameter)
        return is_over if self.condition is None else self.condition & is_over

    @property
    def parameter(self) -> str:
        """The name of the bind parameter for the latest `since` of events that have left."""
        return f"left_{self.since.key}"


class EventQuery:
    """A query for the events of a feed.

    Args:
        query: all events with their columns, including those that have left the feed.
        changed: the columns with the times at which an event changes.
        leaves: the conditions under which events leave the feed.
    """

    def __init__(
        self, query: Select[Any], changed: Sequence[Any], leaves: Sequence[LeavesFeed]
    ) -> None:
        has_left = [one.has_left() for one in leaves]
        self._leaves = tuple(leaves)
        self._shown = query.where(not_(or_(*has_left)))
        untyped = (type_coerce(one, NullType()).label(None) for one in query.selected_columns)
        self._stored = self._shown.with_only_columns(*untyped, maintain_column_froms=True)
        self._instants = query.order_by(None).with_only_columns(
            *(func.max(column) for column in changed),
            *(
                func.max(one.since).filter(condition)
                for one, condition in zip(leaves, has_left, strict=True)
            ),
            maintain_column_froms=True,
        )

    def rows(self, tx: Transaction, now: datetime, **parameters: str | None) -> Sequence[Any]:
        """Return the events in the feed."""
        return tx.execute(self._shown, self._values(now, parameters)).all()

    def stored_values(
        self, tx: Transaction, now: datetime, **parameters: str | None
    ) -> Sequence[Any]:
        """Return the events as raw database values, which is much faster than `rows`."""
        return tx.connection().execute(self._stored, self._values(now, parameters)).all()

    def last_change(
        self, tx: Transaction, now: datetime, **parameters: str | None
    ) -> datetime | None:
        """Return when an event last changed or left the feed, or `None` if there are no events."""
        found = tx.connection().execute(self._instants, self._values(now, parameters)).one()
        after = (timedelta(),) * (len(found) - len(self._leaves)) + tuple(
            one.after for one in self._leaves
        )
        instants = [instant + delay for instant, delay in zip(found, after, strict=True) if instant]
        return max(instants, default=None)

    def _values(self, now: datetime, parameters: Mapping[str, str | None]) -> dict[str, Any]:
        return {**parameters, **{one.parameter: now - one.after for one in self._leaves}}
