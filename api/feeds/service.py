"""Use cases for calendar feeds: creating, ending and reading them.

The secret in a feed's address grants nothing but the feed. The secret is shown once; only its hash
is stored.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.access import limits_of
from api.accounts.credentials import active_of, find_valid, issue, needs_touch, touch
from api.accounts.rows import CredentialKind, CredentialRow, UserRow
from api.audit_trail.log import record_event
from api.calendar.feed import FeedStatus, feed_bytes, file_bytes
from api.crypto.row_seal import is_sealed
from api.feeds import facts
from api.feeds.events import FeedReader, events_of, last_change, stored_events
from api.feeds.renderer_version import renderer_version
from api.http.limits import Limits
from api.http.principal import AccessRole, Principal
from api.http.urls import feed as feed_url
from api.participants.rows import PersonRow
from api.personal_links.links import linked_people
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.values import FrozenModel
from coach.errors import NotFoundError

_OFFICE_LIFETIME = timedelta(days=365)
_LEFT_AT = select(PersonRow.left_at).where(PersonRow.id == bindparam("person_id"))


class Feed(FrozenModel):
    """A calendar feed without its address. `last_used_at` is when it was last fetched, if ever."""

    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewFeed(FrozenModel):
    """A new calendar feed. Its `address` is not shown again."""

    address: str
    feed: Feed


@dataclass(frozen=True, slots=True)
class Preconditions:
    """The versions of a feed that a calendar program already has (RFC 9110, section 13.1).

    Attributes:
        etags: the entity tags of these versions, `*` for any version, or `None` if there are no
            tags.
        modified_since: when the latest of them was changed; considered only without entity tags.
    """

    etags: frozenset[str] | None = None
    modified_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedContent:
    """A feed with its validators (RFC 9110, section 8.8).

    `content` is `None` if the calendar program already has the current version. The time of the
    last change is `None` if comparing the entity tag was sufficient.
    """

    etag: str
    last_modified: datetime | None = None
    content: bytes | None = None


def read_feed_of(services: Services, principal: Principal) -> Feed | None:
    """Return the principal's feed, or `None` if there is no valid one."""
    with services.database.reading() as tx:
        rows = active_of(tx, CredentialKind.FEED, services.now(), **_owner(principal))
        return _view(rows[-1]) if rows else None


def export_sessions(services: Services, principal: Principal) -> bytes:
    """Return a person's upcoming sessions and group events as a calendar file to import once."""
    now = services.now()
    with services.database.reading() as tx:
        events = events_of(tx, _reader(services, principal.person_id), now=now)
        return file_bytes(
            event
            for event in events
            if event.status is not FeedStatus.CANCELLED and event.end > now
        )


def create_feed(services: Services, principal: Principal) -> NewFeed:
    """Create the principal's feed. Any earlier feed stops working.

    A person's feed expires with their secret link, and a manager's feed after a year.
    """
    now = services.now()
    with services.database.writing() as tx:
        _end(tx, principal, now)
        until = _expiry(tx, principal, now)
        issued = issue(tx, CredentialKind.FEED, now, until, **_owner(principal))
        record_event(tx, "feed created", "credential", issued.id)
        return NewFeed(
            address=services.settings.base_url + feed_url(issued.secret),
            feed=_view(tx.get_one(CredentialRow, issued.id)),
        )


def end_feed(services: Services, principal: Principal) -> None:
    """End the principal's feed. Nothing happens if there is none."""
    with services.database.writing() as tx:
        _end(tx, principal, services.now())


def read_feed(services: Services, secret: str, known: Preconditions) -> FeedContent:
    """Return the feed with this secret, omitting content that the calendar program already has.

    A person's feed is valid for as long as their secret link, and a manager's feed for as long as
    the user is a manager.

    Raises:
        NotFoundError: there is no such feed, or it has ended.
    """
    now = services.now()
    with services.database.reading() as tx:
        row = find_valid(tx, secret, CredentialKind.FEED, now)
        if row is None or not _owner_may_read(tx, row, now):
            raise NotFoundError(facts.NOT_FOUND())
        reader = _reader(services, row.person_id, _limits(tx, row))
        content = _content(tx, reader, known, now)
        identifier, stale = row.id, needs_touch(tx, row.id, now)
    if stale:
        with services.database.writing() as tx:
            touch(tx, identifier, now)
    return content


def _reader(services: Services, person_id: str | None, limits: Limits | None = None) -> FeedReader:
    organisation, texts = services.settings.deployment, mail_renderer(services)
    return FeedReader(person_id, organisation, texts, limits or Limits())


def _limits(tx: Transaction, row: CredentialRow) -> Limits | None:
    return None if row.user_id is None else limits_of(tx.get_one(UserRow, row.user_id))


def _content(
    tx: Transaction, reader: FeedReader, known: Preconditions, now: datetime
) -> FeedContent:
    """Return the feed, rendered only if the calendar program does not already have it.

    The entity tag is derived from the stored values and from the version of the rendering code.
    """
    name = reader.texts.text(facts.NAME())
    source = repr((renderer_version(), name, *stored_events(tx, reader, now=now)))
    etag = f'"{hashlib.sha256(source.encode()).hexdigest()[:32]}"'
    if known.etags is not None and not known.etags.isdisjoint({etag, "*"}):
        return FeedContent(etag)
    changed = last_change(tx, reader, now=now) or datetime.fromtimestamp(0, now.tzinfo)
    modified, since = changed.replace(microsecond=0), known.modified_since
    if known.etags is None and since is not None and modified <= since:
        return FeedContent(etag, modified)
    return FeedContent(etag, modified, feed_bytes(name, events_of(tx, reader, now=now)))


def _owner_may_read(tx: Transaction, row: CredentialRow, now: datetime) -> bool:
    if row.person_id is not None:
        people = {row.person_id}
        has_left = tx.scalar(_LEFT_AT, {"person_id": row.person_id}) is not None
        return not has_left and people == linked_people(tx, people, now=now)
    user = tx.get_one(UserRow, row.user_id)
    is_manager = AccessRole(user.role) is AccessRole.MANAGER
    return is_manager and user.disabled_at is None and is_sealed(tx, user)


def _end(tx: Transaction, principal: Principal, now: datetime) -> None:
    for row in active_of(tx, CredentialKind.FEED, now, **_owner(principal)):
        row.revoked_at = now
        record_event(tx, "feed ended", "credential", row.id)


def _expiry(tx: Transaction, principal: Principal, now: datetime) -> datetime:
    if principal.person_id is None:
        return now + _OFFICE_LIFETIME
    return tx.get_one(CredentialRow, principal.credential_id).expires_at


def _owner(principal: Principal) -> dict[str, str]:
    if principal.person_id is None:
        return {"user_id": principal.user_id or ""}
    return {"person_id": principal.person_id}


def _view(row: CredentialRow) -> Feed:
    return Feed(created_at=row.created_at, expires_at=row.expires_at, last_used_at=row.last_used_at)
