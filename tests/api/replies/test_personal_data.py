"""A person's emails are included in the report about the person, and erased with the person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api.data_protection import subject_access
from api.database.schema import METADATA
from api.replies.retention import KEPT, delete_old_mails
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import google, nextcloud, written

if TYPE_CHECKING:
    from conftest import World

MARK = "zqx"


def test_emails_from_a_person_are_reported_and_erased_with_the_person(world: World) -> None:
    cycle = Correspondence.of(world)
    cycle.receive(
        nextcloud(cycle.about(partstat="TENTATIVE", comment=f"{MARK} held")),
        google(cycle.about(comment=f"{MARK} counted", message_id="2")),
        written(cycle.about(message_id="3", to="coaching@example.org"), f"{MARK} no token"),
        written(cycle.about(message_id="4", sender=f"aide@{MARK}.example"), f"{MARK} of the aide"),
        written(cycle.about(message_id="5", to=cycle.address("K-1")), "about Coachee 1"),
    )
    person_id, end = world.person_id(cycle.cycle_id, "C-1"), cycle.session.end
    with world.database.writing() as tx:
        report = subject_access.subject_access_report(tx, person_id)
        assert sorted(mail.text for mail in report.emails_received) == [
            f"{MARK} counted",
            f"{MARK} held",
            f"{MARK} no token",
            f"{MARK} of the aide",
        ]
        assert [(one.comment, one.source) for one in report.replies] == [
            (f"{MARK} counted", "mail")
        ]
        subject_access.erase_person(tx, person_id, now=end + timedelta(days=60))
    with world.database.reading() as tx:
        for table in METADATA.sorted_tables:
            assert MARK not in repr([tuple(row) for row in tx.execute(table.select())]), table


def test_emails_of_unknown_senders_are_deleted_in_time(world: World) -> None:
    cycle = Correspondence.of(world)
    stranger = cycle.about(to="x@example.org", attendee="stranger@elsewhere.example")
    cycle.receive(written(stranger, "x"), at=cycle.now - KEPT - timedelta(days=1))
    cycle.receive(written(stranger.but(message_id="2"), "y"), at=cycle.now - KEPT / 2)
    known = written(cycle.about(message_id="3"), "z")
    cycle.receive(known, at=cycle.now - KEPT - timedelta(days=1))
    delete_old_mails(world.services)
    assert sorted(mail.text for mail in cycle.mails()) == ["y", "z"]
