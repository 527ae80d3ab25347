"""Emails to a published cycle, and how they were handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.replies.intake import ArrivedMail, record_mails
from api.replies.rows import IncomingMailRow, MailOrigin
from api.sessions.rows import ReplyHistoryRow
from tests.api.published import published_sessions
from tests.api.replies.mail_shapes import Answered

if TYPE_CHECKING:
    from datetime import datetime

    from conftest import World

    from api.services import Services
    from api.sessions.session_details import SessionDetails


@dataclass
class Correspondence:
    """A published cycle, whose coachee `C-1` answers the invitation to the first session."""

    world: World
    cycle_id: str

    @classmethod
    def of(cls, world: World) -> Correspondence:
        cycle_id = world.cycle()
        world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
        return cls(world, cycle_id)

    @property
    def session(self) -> SessionDetails:
        """The first session, as the office sees it now."""
        sessions = published_sessions(self.world, self.cycle_id)
        return next(one for one in sessions if one.coachee.code == "C-1" and one.number == 1)

    @property
    def now(self) -> datetime:
        return self.world.services.now()

    def address(self, code: str = "C-1") -> str:
        """Return the reply address with a person's token."""
        token = self.world.services.keyring.reply_token(self.world.person_id(self.cycle_id, code))
        return f"coaching+{token}@example.org"

    def about(self, **changes: object) -> Answered:
        """Return the data of the coachee's answer about the first session."""
        stamp = f"{self.now - timedelta(minutes=5):%Y%m%dT%H%M%SZ}"
        answered = Answered(self.session.uid, self.address(), "c1@example.org", stamp=stamp)
        return answered.but(**changes)

    def receive(
        self, *raws: bytes, at: datetime | None = None, services: Services | None = None
    ) -> IncomingMailRow:
        """Record emails, and return the last email's row."""
        received_at = at or self.now
        arrived = [ArrivedMail(raw, MailOrigin.FOLDER, received_at) for raw in raws]
        record_mails(services or self.world.services, arrived)
        with self.world.database.reading() as tx:
            wanted = IncomingMailRow.digest == arrived[-1].digest
            row = tx.scalars(select(IncomingMailRow).where(wanted)).one()
            tx.expunge_all()
            return row

    def mails(self) -> list[IncomingMailRow]:
        with self.world.database.reading() as tx:
            rows = list(tx.scalars(select(IncomingMailRow).order_by(IncomingMailRow.received_at)))
            tx.expunge_all()
            return rows

    def history(self) -> list[ReplyHistoryRow]:
        """Return the history of replies, in the order in which they were received."""
        with self.world.database.reading() as tx:
            query = select(ReplyHistoryRow).order_by(ReplyHistoryRow.received_at)
            rows = list(tx.scalars(query))
            tx.expunge_all()
            return rows
