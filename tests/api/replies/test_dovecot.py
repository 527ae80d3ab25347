"""The mailbox on Dovecot, where it is installed: emails are recorded, then moved."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.replies.mailbox import read_mailbox
from api.replies.reading.limits import MAX_MAIL_BYTES
from api.replies.rows import Reason
from coach.sessions import Reply
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import google, nextcloud, vacation
from tests.imap_server import DOVECOT_IS_MISSING, dovecot_server

if TYPE_CHECKING:
    from conftest import World


@pytest.mark.skipif(DOVECOT_IS_MISSING, reason="Dovecot is not installed, or not started as root")
def test_emails_on_dovecot_are_recorded_once_and_moved(world: World) -> None:
    cycle = Correspondence.of(world)
    about = cycle.about()
    with tempfile.TemporaryDirectory(prefix="imap") as folder, dovecot_server(Path(folder)) as box:
        box.create("Read")
        settings = box.settings.model_copy(update={"read_mailbox": "Read"})
        box.deliver(
            google(about),
            vacation(about.but(message_id="2")),
            nextcloud(about.but(message_id="3", partstat="TENTATIVE")),
            b"From: a@b.example\r\n\r\n" + b"x" * MAX_MAIL_BYTES,
        )
        services = world.with_settings(replies=settings)
        assert [read_mailbox(services) for _ in range(2)] == [4, 0]
        assert (box.count(), box.count("Read")) == (0, 4)
    assert cycle.session.coachee_reply is Reply.ACCEPTED
    assert {row.reason for row in cycle.mails()} == {
        Reason.ANSWERED,
        Reason.AUTOMATIC,
        Reason.TENTATIVE,
        Reason.TOO_LARGE,
    }
