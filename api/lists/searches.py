"""Searches, which are stored for a short time, so that no name appears in a URL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.http.principal import Principal
from api.lists.rows import MAX_SEARCH_LENGTH, SearchRow
from api.services import Services
from api.values import FrozenModel
from coach.feedback import SingleLineText

SEARCH_LIFETIME = timedelta(hours=1)


class SearchInput(FrozenModel):
    """The text to search for. All words must occur; case, accents and script do not matter."""

    text: Annotated[str, Field(max_length=MAX_SEARCH_LENGTH), SingleLineText] = ""


def store_search(services: Services, principal: Principal, search: SearchInput) -> str:
    """Store a user's search text, and return the id that represents it in URLs.

    Expired searches are deleted.
    """
    now = services.now()
    with services.database.writing() as tx:
        delete_expired(tx, now=now)
        row = SearchRow(
            user_id=principal.user_id or "", text=search.text, expires_at=now + SEARCH_LIFETIME
        )
        tx.add(row)
        tx.flush()
        return row.id


def find_search(services: Services, principal: Principal, search_id: str) -> str | None:
    """Return the text of a search, or `None` if it is unknown, expired or another user's."""
    query = select(SearchRow.text).where(
        SearchRow.id == search_id,
        SearchRow.user_id == principal.user_id,
        SearchRow.expires_at > services.now(),
    )
    with services.database.reading() as tx:
        return tx.scalar(query)


def delete_expired(tx: Transaction, *, now: datetime) -> int:
    """Delete the expired searches, and return their number."""
    expired = tx.scalars(
        delete(SearchRow).where(SearchRow.expires_at <= now).returning(SearchRow.id)
    )
    return len(expired.all())


def delete_searches(tx: Transaction) -> None:
    """Delete all searches, because they may contain the name of a person who is erased."""
    tx.execute(delete(SearchRow))
