"""Email texts produced from patterns are identical to those rendered by the templates."""

from __future__ import annotations

from itertools import product

import pytest

from api.calendar.mail_texts import MailKind, ReplyLinks, mail_texts
from api.organisation import Organisation
from api.web.templating import render
from coach.invitations import Method, PartStat
from coach.texts.renderer import Renderer
from tests.pseudo import LANGUAGE
from tests.texts import ENGLISH, renderer

VALUES = {
    "title": "Coaching <1> of 6 & more: sender",
    "when": "Wednesday 20 January 2027, 09:00 to 10:30 (CET, UTC+01:00)",
    "short_when": "Wed 20 Jan",
    "with_name": "Ana <b>",
    "mode": "In person",
    "place": 'Room "4" & hall',
    "join_link": "https://meet.example.org/?a=1&b=2",
    "old_when": "Tuesday 19 January 2027",
    "old_mode": "Online",
    "old_place": "<script>",
    "sender": 'Office "A" & B',
}
OPTIONAL = set(VALUES) - {"title", "when", "short_when", "sender"}
LINKS = ReplyLinks(
    accept="mailto:a@example.org?subject=Accepted%3A&x='1'",
    decline="mailto:b@example.org",
    propose="https://example.org/reply?a=1&b=2",
    calendar="https://example.org/p/a/invitation.ics?a=1&b=2",
)
FOLDERS = {Method.REQUEST: "invitation", Method.CANCEL: "cancellation"}
CHANGES = (frozenset[str](), frozenset({"when"}), frozenset({"mode", "place", "join_link"}))


@pytest.mark.parametrize(
    "texts", [ENGLISH, renderer(Organisation(), LANGUAGE)], ids=["English", "pseudo"]
)
def test_texts_are_those_of_the_templates(texts: Renderer) -> None:
    for method, answer, changed, is_full in product(Method, PartStat, CHANGES, (False, True)):
        given = VALUES if is_full else VALUES | dict.fromkeys(OPTIONAL, "")
        links = LINKS._replace(are_web_pages=is_full)
        kind = MailKind(method, answer, changed, has_calendar=not is_full, has_moved=is_full)
        values = {**given, "changed": changed, "answer": answer.value}
        subject, plain, html = (
            render(
                texts,
                f"invitations/mail/{FOLDERS[method]}/{file}",
                **values,
                links=links,
                has_calendar=not is_full,
                has_moved=is_full,
                group=kind.group,
            )
            for file in ("subject.txt", "body.txt", "body.html")
        )
        found = mail_texts(texts, kind, given, links)
        assert found.subject == subject.strip()
        assert found.plain == plain.replace("\n", "\r\n").encode()
        assert found.html == html.replace("\n", "\r\n").encode()
