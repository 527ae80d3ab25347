"""Invitation emails (RFC 6047): structure, headers, texts and reply buttons."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

import pytest

from api.calendar import eml, ics
from api.calendar.eml import ReplyLinks, eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.organisation import Organisation
from coach.invitations import Message, Method, PartStat
from coach.sessions import SessionMode
from tests.texts import ENGLISH

HOUSE = Organisation()
TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - any token


def render(message: Message, recipient: Recipient, **more: ReplyLinks) -> bytes:
    calendar = ics_bytes(message, recipient, HOUSE, ENGLISH)
    return eml_bytes(
        message, recipient, HOUSE, ENGLISH, calendar=calendar, reply_token=TOKEN, **more
    )


def read(message: Message, recipient: Recipient, **more: ReplyLinks) -> EmailMessage:
    mail = message_from_bytes(render(message, recipient, **more), policy=SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


def texts(mail: EmailMessage) -> dict[str, str]:
    return {
        part.get_content_type(): part.get_payload(decode=True).decode()
        for part in mail.walk()
        if not part.is_multipart()
    }


def test_the_mime_structure_makes_clients_show_reply_buttons(
    message: Message, recipient: Recipient
) -> None:
    mail = read(message, recipient)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    *_, calendar, attachment = mail.walk()
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_param("charset").upper() == "UTF-8"
    assert attachment.get_filename() == "coaching-session-2.ics"
    expected = ics_bytes(message, recipient, HOUSE, ENGLISH)
    for part in (calendar, attachment):
        assert part["Content-Transfer-Encoding"] == "base64"
        assert part.get_payload(decode=True) == expected


def test_headers_contain_one_organiser_and_a_reply_token(
    message: Message, recipient: Recipient
) -> None:
    mail = read(message, recipient)
    assert mail["From"] == "Coaching office <coaching@example.org>"
    assert mail["To"].addresses[0].addr_spec == "ana@example.org"
    assert mail["To"].addresses[0].display_name == "Ana Anči Žižek-Đorđević"
    assert mail["Reply-To"] == f"replies+{TOKEN}@example.org"
    assert mail["Date"].datetime == message.stamp
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", mail["Message-ID"])
    assert mail["Subject"] == "Coaching session 2 of 6: Mon 5 Jul 2027, 09:00 CEST"


def test_lines_are_short_and_end_with_crlf(message: Message, recipient: Recipient) -> None:
    raw = render(message, recipient)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert raw.isascii()


def test_equal_messages_result_in_equal_bytes(
    message: Message, later: Message, recipient: Recipient
) -> None:
    assert render(message, recipient) == render(message, recipient)
    assert read(message, recipient)["Message-ID"] != read(later, recipient)["Message-ID"]


def test_times_are_in_the_recipients_zone(message: Message) -> None:
    deployed = Recipient("Coach", "coach@example.org", ZoneInfo("Africa/Nairobi"))
    kathmandu = Recipient("Coach", "coach@example.org", ZoneInfo("Asia/Kathmandu"))
    assert read(message, deployed)["Subject"].endswith("10:00 EAT")
    assert "10:00 to 11:30 (EAT, UTC+03:00)" in texts(read(message, deployed))["text/plain"]
    assert "12:45 to 14:15 (UTC+05:45)" in texts(read(message, kathmandu))["text/plain"]


def test_without_a_server_the_reply_buttons_are_mailto_links(
    message: Message, recipient: Recipient
) -> None:
    bodies = texts(read(message, recipient))
    address = f"mailto:replies%2B{TOKEN}@example.org?subject="
    for answer in ("Accepted", "Declined", "Another%20time%2C%20please"):
        assert f"{address}{answer}%3A%20Coaching%20session%202%20of%206" in bodies["text/html"]
    assert "by answering this email" in bodies["text/plain"]


def test_with_a_server_the_reply_buttons_link_to_its_pages(
    message: Message, recipient: Recipient
) -> None:
    links = ReplyLinks(
        *(f"https://coaching.example.org/x?a=1&b={word}" for word in ("yes", "no", "later"))
    )
    bodies = texts(read(message, recipient, links=links))
    assert "https://coaching.example.org/x?a=1&b=yes" in bodies["text/plain"]
    assert 'href="https://coaching.example.org/x?a=1&amp;b=no"' in bodies["text/html"]


def test_subject_and_text_mention_a_change_or_cancellation(
    message: Message, later: Message, make_message: Callable[..., Message], recipient: Recipient
) -> None:
    changed = read(later.model_copy(update={"before": message.invitation}), recipient)
    assert changed["Subject"].startswith("New time: Coaching session 2 of 6")
    plain = texts(changed)["text/plain"]
    assert "Until now: Monday 5 July 2027, 09:00 to 10:30 (CEST, UTC+02:00)" in plain
    assert "Now: Tuesday 6 July 2027, 09:00 to 10:30 (CEST, UTC+02:00)" in plain
    cancelled = read(make_message(Method.CANCEL, sequence=2), recipient)
    assert cancelled["Subject"].startswith("Cancelled: Coaching session 2 of 6")
    *_, calendar, _attachment = cancelled.walk()
    assert calendar.get_param("method") == "CANCEL"
    assert "Accept" not in texts(cancelled)["text/html"]


def test_new_place_is_shown_beside_the_old_one_and_no_new_answer_is_requested(
    make_message: Callable[..., Message], recipient: Recipient
) -> None:
    old = make_message(place="Building 4", mode=SessionMode.IN_PERSON).invitation
    answered = make_message(mode=SessionMode.ONLINE, join_link="https://meet.example.org/a")
    update = {"before": old, "partstat": PartStat.ACCEPTED, "asks_again": False}
    mail = read(answered.model_copy(update=update), recipient)
    assert mail["Subject"].startswith("Changed: Coaching session 2 of 6")
    plain = texts(mail)["text/plain"].splitlines()
    assert "Previous place: Building 4" in plain
    assert "New place: not set" in plain
    assert "New format: Online" in plain
    assert "Join online: https://meet.example.org/a" in plain
    assert any(line.startswith("You have accepted this session") for line in plain)


def test_without_the_calendar_object_the_text_suffices(
    message: Message, recipient: Recipient
) -> None:
    base = "https://coaching.example.org/"
    links = ReplyLinks(base + "yes", base + "no", base + "later", calendar=base + "session.ics")
    raw = eml_bytes(
        message, recipient, HOUSE, ENGLISH, calendar=None, reply_token=TOKEN, links=links
    )
    mail = message_from_bytes(raw, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    bodies = texts(mail)
    assert bodies.keys() == {"text/plain", "text/html"}
    for body in bodies.values():
        for needed in (
            "Coaching session 2 of 6",
            "Monday 5 July 2027, 09:00 to 10:30 (CEST, UTC+02:00)",
            base + "yes",
            base + "session.ics",
        ):
            assert needed in body
    assert "calendar, or here" not in bodies["text/plain"]


def test_mails_say_that_they_were_generated(message: Message, recipient: Recipient) -> None:
    assert read(message, recipient)["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@example.org", "Eve\nX: y", 'Eve" <x@y>, "Z'])
def test_special_characters_in_a_name_add_no_header_or_recipient(
    message: Message, name: str
) -> None:
    mail = read(message, Recipient(name, "eve@example.org", ZoneInfo("Europe/Belgrade")))
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert [each.addr_spec for each in mail["To"].addresses] == ["eve@example.org"]


def test_an_address_with_a_line_break_is_rejected(message: Message) -> None:
    bad = Recipient("Eve", "eve@example.org\r\nBcc: all@example.org", ZoneInfo("Europe/Belgrade"))
    with pytest.raises(ValueError, match="contain CR or LF"):
        render(message, bad)


def test_visible_text_mentions_neither_the_programme_nor_the_other_person(
    message: Message, recipient: Recipient
) -> None:
    mail = read(message, recipient)
    seen = "\n".join([*map(str, mail.values()), *texts(mail).values()]).lower()
    for word in ("gender", "coachee", "commander", "topic"):
        assert word not in seen


def test_cached_parts_are_not_mixed_between_emails(message: Message, recipient: Recipient) -> None:
    later = message.invitation.model_copy(update={"uid": "another-uid", "number": 5})
    messages = (message, message.model_copy(update={"method": Method.CANCEL, "sequence": 3}),
            message.model_copy(update={"invitation": later}))  # fmt: skip
    people = (recipient, Recipient("Бојан <plain>", "b@example.org", ZoneInfo("Asia/Tehran")))
    functions = (value for module in (ics, eml) for value in vars(module).values())
    caches = [one for one in functions if hasattr(one, "cache_clear")]
    assert len(caches) >= 4
    alone = []
    for one in messages:
        for person in people:
            for remembering in caches:
                remembering.cache_clear()
            alone.append(render(one, person))
    assert len(set(alone)) == len(alone)
    for _ in range(2):
        assert [render(one, person) for one in messages for person in people] == alone
