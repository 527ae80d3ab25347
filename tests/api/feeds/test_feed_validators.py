"""Validators of calendar feeds: the entity tag changes whenever the content does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from api.accounts.rows import UserRow
from api.cycles.rows import CycleRow
from api.feeds import service as feeds
from api.feeds.service import FeedContent, Preconditions
from api.http.principal import AccessRole, Principal
from api.participants.rows import PersonRow
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from coach.sessions import Reply

if TYPE_CHECKING:
    from conftest import World

ANYTHING = Preconditions()
INSTANTS = st.integers(0, 200).map(lambda days: timedelta(days=days))
TEXTS = st.sampled_from(["", "1", "12", "a'b", 'a"b', "a\\", "ž", "a, b", "a\nb"])
CHANGES = st.one_of(
    st.tuples(st.just("number"), st.integers(1, 12)),
    st.tuples(st.just("count"), st.integers(1, 12)),
    st.tuples(st.just("sequence"), st.integers(0, 3)),
    st.tuples(st.just("asked_sequence"), st.integers(0, 3)),
    st.tuples(st.just("state"), st.sampled_from(SessionState)),
    st.tuples(st.sampled_from(["starts_at", "changed_at"]), INSTANTS),
    st.tuples(st.sampled_from(["place", "uid"]), TEXTS),
    st.tuples(st.just("join_link"), st.sampled_from(["", "https://a.example/1"])),
    st.tuples(st.just("reply"), st.sampled_from(Reply)),
    st.tuples(st.just("cycle"), TEXTS),
    st.tuples(st.just("code"), TEXTS),
    st.tuples(st.just("programme_name"), TEXTS),
    st.tuples(st.just("clock"), INSTANTS),
)


class Feeds:
    """A coachee's and a manager's feeds, and changes to the data that the feeds show."""

    def __init__(self, world: World) -> None:
        self.services, self.start = world.services, world.services.now()
        cycle_id = world.cycle(1, 1)
        world.published(cycle_id, world.result({"C-1": "K-1"}))
        link = world.link(cycle_id, "C-1")
        self.person_id = world.person_id(cycle_id, "C-1")
        world.sign_in_secret()
        with world.database.reading() as tx:
            user_id = tx.scalars(select(UserRow.id)).one()
            self.session_id = tx.scalars(select(SessionRow.id).order_by(SessionRow.number)).first()
        coachee = Principal(
            AccessRole.COACHEE,
            person_id=self.person_id,
            cycle_id=cycle_id,
            credential_id=link.id,
        )
        self.secrets = [
            self._secret(coachee),
            self._secret(Principal(AccessRole.MANAGER, user_id=user_id)),
        ]

    def _secret(self, owner: Principal) -> str:
        address = feeds.create_feed(self.services, owner).address
        return address.rpartition("/")[2].removesuffix(".ics")

    def change(self, what: str, value: Any) -> None:  # noqa: ANN401 - of any column
        if what == "clock":
            now = self.start + value
            self.services = replace(self.services, now=lambda: now)
        elif what == "programme_name":
            organisation = self.services.settings.deployment.model_copy(
                update={"programme_name": value or None}
            )
            changed = self.services.settings.model_copy(update={"deployment": organisation})
            self.services = replace(self.services, settings=changed)
        else:
            with self.services.database.writing() as tx:
                tx.execute(self._statement(what, value))

    def _statement(self, what: str, value: Any) -> Any:  # noqa: ANN401 - of any column
        if what == "cycle":
            return update(CycleRow).values(name=value)
        if what == "code":
            return update(PersonRow).where(PersonRow.id == self.person_id).values(code=value)
        if what == "reply":
            return update(ReplyRow).values(reply=value)
        if isinstance(value, timedelta):
            value = self.start + value
        values = {what: value}
        if what == "starts_at":
            values["ends_at"] = value + timedelta(minutes=90)
        return update(SessionRow).where(SessionRow.id == self.session_id).values(values)

    def read(self, known: Preconditions = ANYTHING) -> list[FeedContent]:
        return [feeds.read_feed(self.services, secret, known) for secret in self.secrets]


@pytest.fixture
def two_feeds(world: World) -> Feeds:
    found = Feeds(world)
    with world.database.writing() as tx:
        tx.add(
            ReplyRow(
                session_id=found.session_id,
                person_id=found.person_id,
                reply=Reply.ACCEPTED,
                sequence=0,
                replied_at=found.start,
            )
        )
    return found


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(CHANGES, min_size=1, max_size=2))
def test_the_tag_changes_whenever_the_content_does(
    two_feeds: Feeds, changes: list[tuple[str, Any]]
) -> None:
    before = two_feeds.read()
    for what, value in changes:
        two_feeds.change(what, value)
    known = Preconditions(frozenset(one.etag for one in before))
    for old, new, asked in zip(before, two_feeds.read(), two_feeds.read(known), strict=True):
        assert new.content == old.content or new.etag != old.etag
        assert asked.content == (None if new.etag == old.etag else new.content)


def test_equal_feeds_have_equal_tags_and_nothing_is_rendered(two_feeds: Feeds) -> None:
    for first, again in zip(two_feeds.read(), two_feeds.read(), strict=True):
        assert first == again
        assert first.content is not None
    tags = frozenset(one.etag for one in two_feeds.read())
    assert [one.content for one in two_feeds.read(Preconditions(tags))] == [None, None]


def test_a_tag_that_is_not_current_outweighs_the_time_of_the_last_change(two_feeds: Feeds) -> None:
    later = max(one.last_modified for one in two_feeds.read() if one.last_modified)
    known = Preconditions(frozenset({'"other"'}), modified_since=later)
    assert all(one.content is not None for one in two_feeds.read(known))
    assert all(one.content is None for one in two_feeds.read(Preconditions(None, later)))


def test_the_office_learns_that_a_past_session_has_left_its_feed(two_feeds: Feeds) -> None:
    two_feeds.change("starts_at", -timedelta(days=40))
    two_feeds.change("clock", timedelta(days=49))
    _, before = two_feeds.read()
    two_feeds.change("clock", timedelta(days=51))
    _, after = two_feeds.read()
    assert before.last_modified is not None
    assert after.last_modified is not None
    assert after.last_modified > before.last_modified
