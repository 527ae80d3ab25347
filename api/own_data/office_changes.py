"""Changes made by the programme office to a person's data, as shown to the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api.audit_trail.detail_facts import DETAILS
from api.audit_trail.rows import AuditRow
from api.http.principal import Principal
from api.own_data import facts
from api.participants.service import person_row
from api.services import Services
from api.web.date_formats import format_short_datetime
from coach.texts.facts import Fact

SHOWN_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class OfficeChange:
    """A change by the office: its time, the person's zone, and the labels of the changed fields."""

    at: datetime
    zone: ZoneInfo
    fields: tuple[Fact, ...]

    @property
    def line(self) -> Fact:
        """The change as a sentence."""
        when = format_short_datetime(self.at, self.zone)
        return facts.CHANGED_BY_OFFICE(when=when, fields=self.fields)


def latest_office_change(services: Services, principal: Principal) -> OfficeChange | None:
    """Return the office's latest change to the principal's data in the last 60 days, if any."""
    with services.database.reading() as tx:
        row = person_row(tx, principal.person_id or "")
        event = tx.scalars(
            select(AuditRow)
            .where(
                AuditRow.object_id == row.id,
                AuditRow.action == "person edited",
                AuditRow.at > services.now() - SHOWN_FOR,
            )
            .order_by(AuditRow.number.desc())
            .limit(1)
        ).first()
        if event is None:
            return None
        fields = tuple(DETAILS[name] for name in event.detail if name in DETAILS)
        return OfficeChange(event.at, ZoneInfo(row.timezone), fields)
