"""Badges for replies, attendance and cancelled sessions."""

from __future__ import annotations

from api.web.labels import Badge
from coach.sessions import Attendance, Reply

OWN_REPLY = {
    Reply.NONE: Badge("awaiting your reply", "warn"),
    Reply.ACCEPTED: Badge("you accepted", "good"),
    Reply.DECLINED: Badge("you declined", "bad"),
}
REPLY = {
    Reply.NONE: Badge("no reply yet"),
    Reply.ACCEPTED: Badge("accepted", "good"),
    Reply.DECLINED: Badge("declined", "bad"),
}
REPLY_BEFORE = {
    Reply.NONE: Badge("no reply"),
    Reply.ACCEPTED: Badge("had accepted"),
    Reply.DECLINED: Badge("had declined"),
}
"""Reply badges for sessions that already have a record."""
ATTENDANCE = {
    Attendance.HELD: Badge("held", "good"),
    Attendance.DELEGATE: Badge("delegate attended", "warn"),
    Attendance.NO_SHOW: Badge("no-show", "bad"),
    Attendance.CANCELLED: Badge("cancelled beforehand", "bad"),
}
CANCELLED = Badge("cancelled", "bad")
