"""Publishing a plan: messages and their sequence numbers, links, and refusals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from api.accounts import credentials
from api.accounts.rows import CredentialRow
from api.invitations.outbox import list_outbox
from api.invitations.outgoing_invitation import stored_invitation
from api.invitations.publish import Publication, publish_draft
from api.mail.rows import MailRow
from api.overview import cycles as overview_cycles
from api.participants import rosters, upload
from api.participants.rows import PersonRow, Side
from api.personal_links import links
from api.plans import plan_details
from api.runs.rows import PlanRow, PlanState
from api.sessions.rows import SessionRow, SessionState
from coach.errors import ConflictError
from coach.invitations import Message, Method
from tests.api.authenticating import identify
from tests.api.published import published_sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World


GRACE = timedelta(days=60)
PAIRS = {"C-1": "K-1", "C-2": "K-2"}


def _outbox(world: World, cycle_id: str) -> list[tuple[str, str, int, int]]:
    """Return the method, recipient, session number and sequence of each message, sorted."""
    found = list_outbox(world.services, cycle_id)
    return sorted(
        (message.method.value, message.to.code, message.number, message.sequence)
        for message in found
    )


def test_the_first_plan_invites_every_participant_once(world: World) -> None:
    cycle_id = world.cycle()
    publication = world.published(cycle_id, world.result(PAIRS))
    assert (publication.requests, publication.cancels, publication.unchanged_sessions) == (8, 0, 0)
    assert _outbox(world, cycle_id) == [
        ("REQUEST", code, number, 0) for code in ("C-1", "C-2", "K-1", "K-2") for number in (1, 2)
    ]


def test_publishing_an_equal_plan_sends_no_message(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    before = _outbox(world, cycle_id)
    publication = world.published(cycle_id, world.result(PAIRS))
    assert (publication.requests, publication.cancels, publication.unchanged_sessions) == (0, 0, 4)
    assert _outbox(world, cycle_id) == before


def test_a_moved_session_needs_a_new_reply(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    publication = world.published(cycle_id, world.result(PAIRS, first_day=21))
    assert (publication.requests, publication.cancels) == (8, 0)
    assert {sequence for *_, sequence in _outbox(world, cycle_id)} == {0, 1}
    assert {session.sequence for session in published_sessions(world, cycle_id)} == {1}


def test_a_new_coach_causes_cancellations_and_new_invitations(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    publication = world.published(cycle_id, world.result({"C-1": "K-2", "C-2": "K-2"}))
    assert publication.cancels == 4
    cancelled = [entry for entry in _outbox(world, cycle_id) if entry[0] == "CANCEL"]
    assert cancelled == [
        ("CANCEL", code, number, 1) for code in ("C-1", "K-1") for number in (1, 2)
    ]
    states = {
        (session.coachee.code, session.coach.code): session.state
        for session in published_sessions(world, cycle_id)
    }
    assert states[("C-1", "K-1")] is SessionState.CANCELLED
    assert states[("C-1", "K-2")] is SessionState.CONFIRMED


def test_a_restored_session_continues_its_sequence(world: World) -> None:
    cycle_id = world.cycle()
    for pairs in (PAIRS, {"C-2": "K-2"}, PAIRS):
        world.published(cycle_id, world.result(pairs))
    first_sequences = [
        (method, sequence)
        for method, code, number, sequence in _outbox(world, cycle_id)
        if (code, number) == ("C-1", 1)
    ]
    assert sorted(first_sequences, key=lambda entry: entry[1]) == [
        ("REQUEST", 0),
        ("CANCEL", 1),
        ("REQUEST", 2),
    ]


def test_publishing_supersedes_the_published_plan(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        states = sorted(tx.scalars(select(PlanRow.state)))
        summary = overview_cycles.summary_of(tx, cycle_id)
        published = plan_details.plan_details(tx, summary.published_plan_id or "")
    assert states == [PlanState.PUBLISHED, PlanState.SUPERSEDED]
    assert published.result == world.result(PAIRS)
    assert published.cycle.cycle.name == "Regional cycle 2027/1"


def test_a_plan_can_be_published_only_once(world: World) -> None:
    publication = world.published(world.cycle(), world.result(PAIRS))
    with (
        world.database.writing() as tx,
        pytest.raises(ConflictError, match="only a draft can be published"),
    ):
        publish_draft(
            tx,
            world.services.keyring,
            publication.plan.id,
            now=world.services.now(),
            link_grace=GRACE,
        )


def _publish(world: World, plan_id: str, now: datetime) -> Publication:
    with world.database.writing() as tx:
        return publish_draft(tx, world.services.keyring, plan_id, now=now, link_grace=GRACE)


def test_a_started_session_is_neither_moved_nor_cancelled(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    before = {session.id: session for session in published_sessions(world, cycle_id)}
    started = {each for each, session in before.items() if session.number == 1}
    day_after = min(session.start for session in before.values()) + timedelta(days=1)

    later = world.plan(cycle_id, world.result({"C-2": "K-2"}, first_day=25))
    publication = _publish(world, later, day_after)
    assert (publication.requests, publication.cancels) == (2, 2)  # only about the second sessions
    now = {session.id: session for session in published_sessions(world, cycle_id)}
    assert {each: now[each] for each in started} == {each: before[each] for each in started}


def test_a_replacement_plan_with_past_sessions_is_refused(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    first = published_sessions(world, cycle_id)[0]
    before = _outbox(world, cycle_id)
    another = world.plan(cycle_id, world.result({"C-1": "K-2", "C-2": "K-2"}))
    with pytest.raises(ConflictError, match="in the past"):
        _publish(world, another, first.start + timedelta(days=1))
    assert _outbox(world, cycle_id) == before


def test_a_plan_made_before_the_lists_changed_is_not_published(world: World) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result(PAIRS))
    with world.database.writing() as tx:
        assert not plan_details.plan_details(tx, plan_id).outdated
        staying = rosters.roster_of(tx, cycle_id).coachees[1:]
        upload.store_list(tx, cycle_id, Side.COACHEE, staying, now=world.services.now())
        assert plan_details.plan_details(tx, plan_id).outdated
    with pytest.raises(ConflictError, match="have changed since"):
        _publish(world, plan_id, world.services.now())
    assert _outbox(world, cycle_id) == []


def test_a_failed_publication_changes_nothing(world: World) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result(PAIRS))

    def publish_and_fail() -> None:
        with world.database.writing() as tx:
            publish_draft(
                tx, world.services.keyring, plan_id, now=world.services.now(), link_grace=GRACE
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        publish_and_fail()
    with world.database.reading() as tx:
        for table in (MailRow, SessionRow, CredentialRow):
            assert tx.scalar(select(func.count()).select_from(table)) == 0
        assert tx.get_one(PlanRow, plan_id).state is PlanState.DRAFT


def test_a_message_in_the_outbox_contains_invitation_and_recipient(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    with world.database.reading() as tx:
        row = tx.scalars(select(MailRow)).first()
        assert row is not None
        message = Message.model_validate(row.content)
        outgoing_invitation = stored_invitation(row, tx.get_one(PersonRow, row.person_id), {})
    assert message.method is Method.REQUEST
    assert message.invitation.count == 2
    assert outgoing_invitation.address.endswith("@example.org")


def test_every_invited_person_has_a_link(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    now, keyring = world.services.now(), world.services.keyring
    with world.database.reading() as tx:
        for code in ("C-1", "C-2", "K-1", "K-2"):
            link = links.link_of(tx, keyring, world.person_id(cycle_id, code), now=now)
            assert identify(
                tx,
                link.secret,
                frozenset({credentials.CredentialKind.LINK}),
                now=now,
                idle=timedelta(hours=1),
            ).person_id == world.person_id(cycle_id, code)
        with pytest.raises(ConflictError):
            links.link_of(tx, keyring, world.person_id(cycle_id, "C-3"), now=now)


def test_the_number_of_queries_to_publish_does_not_depend_on_the_number_of_sessions(
    world: World, count_queries: Callable[[], int]
) -> None:
    counted = []
    for coachees in (2, 40):
        cycle_id = world.cycle(coachees=coachees, coaches=20)
        pairs = {f"C-{n}": f"K-{(n - 1) % 20 + 1}" for n in range(1, coachees + 1)}
        plan_id = world.plan(cycle_id, world.result(pairs, sessions=6))
        count_queries()
        with world.database.writing() as tx:
            publish_draft(
                tx, world.services.keyring, plan_id, now=world.services.now(), link_grace=GRACE
            )
        counted.append(count_queries())
    assert counted[0] == counted[1]
