"""The mailbox: emails are recorded before they are marked or moved, and no email is lost."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from api.background.job_type import JobContext, WorkerShutdownError
from api.mail.settings import ReplySettings, Security
from api.replies import mailbox
from api.replies.job import create_reply_handler
from api.replies.mailbox import MailboxUnavailableError, read_mailbox
from api.replies.reading.limits import MAX_MAIL_BYTES
from api.replies.rows import Reason
from coach.sessions import Reply
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import google, nextcloud, vacation
from tests.imap_server import ImapMailbox, pymap_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import World

    from api.services import Services


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapMailbox]:
    with pymap_server(tmp_path_factory.mktemp("imap")) as running:
        running.create("Read")
        yield running


@pytest.fixture
def inbox(server: ImapMailbox) -> ImapMailbox:
    """Return the mailbox after deleting the emails of other tests."""
    for folder in ("INBOX", "Read"):
        with server.opened(folder) as box:
            box.delete(box.uids())
    return server


@pytest.fixture
def cycle(world: World) -> Correspondence:
    return Correspondence.of(world)


def services_for(cycle: Correspondence, settings: ReplySettings) -> Services:
    return cycle.world.with_settings(replies=settings)


def seen(inbox: ImapMailbox) -> list[bool]:
    with inbox.opened() as box:
        return [bool(box.uids("SEEN UID " + uid)) for uid in box.uids()]


def test_new_emails_are_recorded_once_and_marked_as_seen(
    cycle: Correspondence, inbox: ImapMailbox
) -> None:
    services = services_for(cycle, inbox.settings)
    inbox.deliver(google(cycle.about()), vacation(cycle.about(message_id="2")))
    assert [read_mailbox(services) for _ in range(2)] == [2, 0]
    assert (cycle.session.coachee_reply, seen(inbox)) == (Reply.ACCEPTED, [True, True])
    inbox.deliver(nextcloud(cycle.about(partstat="TENTATIVE", message_id="3")))
    with inbox.opened() as box:
        box.flag(box.uids(), "\\Seen", value=True)  # another program has opened it
    assert read_mailbox(services) == 1
    assert sorted(row.reason for row in cycle.mails()) == sorted(
        (Reason.ANSWERED, Reason.AUTOMATIC, Reason.TENTATIVE)
    )


def test_emails_are_moved_after_they_are_recorded_if_a_folder_is_set(
    cycle: Correspondence, inbox: ImapMailbox
) -> None:
    settings = inbox.settings.model_copy(update={"read_mailbox": "Read"})
    inbox.deliver(google(cycle.about()))
    assert read_mailbox(services_for(cycle, settings)) == 1
    assert (inbox.count(), inbox.count("Read")) == (0, 1)


def test_after_a_stop_reading_continues_where_it_was(
    cycle: Correspondence, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "BATCH_SIZE", 2)
    services, stopping = services_for(cycle, inbox.settings), threading.Event()
    inbox.deliver(*(google(cycle.about(message_id=f"{n}@x")) for n in range(5)))
    stopping.set()
    with pytest.raises(WorkerShutdownError):
        read_mailbox(services, stopping=stopping)
    assert cycle.mails() == []
    assert read_mailbox(services) == 5


def test_only_the_headers_of_an_email_that_is_too_large_are_fetched(
    cycle: Correspondence, inbox: ImapMailbox
) -> None:
    raw = b"From: c1@example.org\r\nSubject: Large\r\n\r\n" + b"x" * MAX_MAIL_BYTES
    inbox.deliver(raw, google(cycle.about()))
    services = services_for(cycle, inbox.settings)
    assert [read_mailbox(services) for _ in range(2)] == [2, 0]
    assert {(row.reason, row.subject) for row in cycle.mails()} >= {(Reason.TOO_LARGE, "Large")}


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"port": 1},
        {"mailbox": "Nowhere"},
        {"ca_file": None},
        {"security": Security.NONE, "user": "", "timeout_seconds": 0.3},
    ],
)
def test_a_mailbox_that_cannot_be_read_is_named_without_its_password(
    cycle: Correspondence, inbox: ImapMailbox, changes: dict[str, object]
) -> None:
    settings = ReplySettings.model_validate(inbox.settings.model_dump() | changes)
    with pytest.raises(MailboxUnavailableError) as error:
        read_mailbox(services_for(cycle, settings))
    assert "127.0.0.1" in str(error.value)
    assert "wrong" not in str(error.value)


def test_the_job_reads_mailbox_and_folder_and_survives_both_being_unavailable(
    cycle: Correspondence, inbox: ImapMailbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("drop")
    (folder / "1.eml").write_bytes(google(cycle.about(message_id="1")))
    inbox.deliver(nextcloud(cycle.about(message_id="2", partstat="TENTATIVE")))
    settings = inbox.settings.model_copy(update={"drop_folder": folder})
    broken = settings.model_copy(update={"port": 1, "drop_folder": folder / "nowhere"})
    for each in (broken, settings):
        context = JobContext(services_for(cycle, each), "worker@1")
        create_reply_handler(context)("2026-12-01T09:00")
    assert sorted(row.reason for row in cycle.mails()) == [Reason.ANSWERED, Reason.TENTATIVE]
