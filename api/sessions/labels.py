"""Badges for replies, attendance and cancelled sessions."""

from __future__ import annotations

from api.sessions import facts
from api.sessions.rows import ReplySource
from api.web.labels import Badge
from coach.sessions import Attendance, Reply

OWN_REPLY = {
    Reply.NONE: Badge(facts.AWAITING_YOUR_REPLY(), "warn"),
    Reply.ACCEPTED: Badge(facts.YOU_ACCEPTED(), "good"),
    Reply.DECLINED: Badge(facts.YOU_DECLINED(), "bad"),
}
REPLY = {
    Reply.NONE: Badge(facts.NO_REPLY_YET()),
    Reply.ACCEPTED: Badge(facts.ACCEPTED(), "good"),
    Reply.DECLINED: Badge(facts.DECLINED(), "bad"),
}
REPLY_BEFORE = {
    Reply.NONE: Badge(facts.NO_REPLY()),
    Reply.ACCEPTED: Badge(facts.HAD_ACCEPTED()),
    Reply.DECLINED: Badge(facts.HAD_DECLINED()),
}
"""Reply badges for sessions that already have a record."""
ATTENDANCE = {
    Attendance.HELD: Badge(facts.HELD(), "good"),
    Attendance.DELEGATE: Badge(facts.DELEGATE_ATTENDED(), "warn"),
    Attendance.NO_SHOW: Badge(facts.NO_SHOW(), "bad"),
    Attendance.CANCELLED: Badge(facts.CANCELLED_BEFOREHAND(), "bad"),
}
SOURCE = {
    ReplySource.PAGE: facts.BY_PAGE(),
    ReplySource.MAIL: facts.BY_MAIL(),
    ReplySource.OFFICE: facts.BY_OFFICE(),
}
CANCELLED = Badge(facts.CANCELLED(), "bad")
