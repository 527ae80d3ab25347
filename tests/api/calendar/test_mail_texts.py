"""Texts of emails from patterns are equal to those of the templates."""

from __future__ import annotations

from itertools import product

import pytest

from api.calendar.mail_texts import MailKind, ReplyLinks, mail_texts
from api.organisation import Organisation
from api.web.templating import render
from coach.invitations import Method
from coach.texts.renderer import Renderer
from tests.pseudo import LANGUAGE
from tests.texts import ENGLISH, renderer

VALUES = {
    "title": "Coaching <1> of 6 & more: sender",
    "when": "Wednesday 20 January 2027, 09:00 to 10:30 (CET, UTC+01:00)",
    "short_when": "Wed 20 Jan",
    "join_link": "https://meet.example.org/?a=1&b=2",
    "sender": 'Office "A" & B',
    "accept": "mailto:a@example.org?subject=Accepted%3A&x='1'",
    "decline": "mailto:b@example.org",
    "propose": "https://example.org/reply?a=1&b=2",
}
LINKS = {name: VALUES[name] for name in ("accept", "decline", "propose")}
FOLDERS = {Method.REQUEST: "invitation", Method.CANCEL: "cancellation"}


@pytest.mark.parametrize(
    "texts", [ENGLISH, renderer(Organisation(), LANGUAGE)], ids=["English", "pseudo"]
)
def test_texts_are_those_of_the_templates(texts: Renderer) -> None:
    for method, changed, is_online, has_web_links in product(Method, *[(False, True)] * 3):
        values: dict[str, object] = {
            **{name: VALUES[name] for name in ("title", "when", "short_when", "sender")},
            "join_link": VALUES["join_link"] if is_online else None,
            "links": ReplyLinks(**LINKS, are_web_pages=has_web_links),
            "changed": changed,
        }
        subject, plain, html = (
            render(texts, f"invitations/mail/{FOLDERS[method]}/{file}", **values)
            for file in ("subject.txt", "body.txt", "body.html")
        )
        given = VALUES if is_online else {**VALUES, "join_link": ""}
        found = mail_texts(texts, MailKind(method, changed, is_online, has_web_links), given)
        assert found.subject == subject.strip()
        assert found.plain == plain.replace("\n", "\r\n").encode()
        assert found.html == html.replace("\n", "\r\n").encode()
