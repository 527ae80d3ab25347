"""The result of the last check of the audit trail, in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.audit_trail.trail_status import AuditTrailStatus
from api.overview import facts
from api.web.date_formats import format_short_datetime
from coach.texts.facts import Fact

_UTC = ZoneInfo("UTC")


def check_result(trail_status: AuditTrailStatus) -> tuple[str, Fact]:
    """Return the tone (`good`, `warn` or `bad`) and the text for the result of the last check."""
    check = trail_status.last_check
    if check is None:
        return "warn", facts.NOT_CHECKED()
    when = format_short_datetime(check.at, _UTC)
    if check.first_broken is not None:
        broken = facts.TRAIL_BROKEN(when=when, row=check.first_broken, rows=check.rows)
        return "bad", broken
    if check.missing_from is not None:
        before = check.missing_from
        return "bad", facts.TRAIL_TRUNCATED(when=when, rows=check.rows, before=before)
    if check.unsealed_rows:
        return "bad", facts.ROWS_UNSEALED(count=check.unsealed_rows)
    if check.lost_rows:
        return "warn", facts.ROWS_LOST(count=check.lost_rows)
    return "good", facts.TRAIL_INTACT(when=when, rows=check.rows)
