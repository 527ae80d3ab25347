"""Reading emails: answers from calendars and people, and emails not written by a person."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.replies.reading.answer_words import ANSWER_WORDS, WrittenAnswer, answer_in
from api.replies.reading.calendar_answer import AnswerMethod, Participation
from api.replies.reading.incoming_mail import IncomingMail, MailType, read_mail
from api.replies.reading.limits import MAX_COMMENT_CHARACTERS, MAX_MAIL_BYTES
from api.replies.reading.mail_structure import message_digest
from tests.api.replies.mail_shapes import (
    CLIENTS,
    Answered,
    bounce,
    exchange_counter,
    google,
    nextcloud,
    outlook,
    outlook_com,
    vacation,
    written,
)

TOKEN = "ab" * 16
ABOUT = Answered("1@test", f"coaching+{TOKEN}@example.org", "ana@example.org")
Client = Callable[[Answered], bytes]


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=SMTP)


def without_method(raw: bytes) -> bytes:
    """Return the email without METHOD in its calendar object."""
    mail = parsed(raw)
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_payload(decode=True).replace(b"METHOD:REPLY\r\n", b"")
            part.set_payload(b64encode(content).decode())
    return mail.as_bytes()


@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_the_answer_of_each_calendar_is_read(client: Client, partstat: str) -> None:
    about = ABOUT.but(partstat=partstat, sequence=3, comment="Only until ten")
    mail = read_mail(client(about))
    assert mail.type is MailType.CALENDAR
    answer = mail.answer
    assert answer is not None
    (attendee,) = answer.attendees
    assert (answer.method, answer.uid, answer.sequence) == (AnswerMethod.REPLY, "1@test", 3)
    assert (attendee.address, attendee.participation) == (about.attendee, Participation(partstat))
    assert answer.stamp == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert (mail.text, mail.sender) == ("Only until ten", "ana@example.org")
    assert mail.recipients == (about.to,)


def test_a_counter_proposal_of_exchange_has_the_proposed_time() -> None:
    answer = read_mail(exchange_counter(ABOUT)).answer
    assert answer is not None
    assert answer.method is AnswerMethod.COUNTER
    assert (answer.start, answer.end) == (
        datetime(2027, 1, 28, 9, tzinfo=UTC),
        datetime(2027, 1, 28, 10, 30, tzinfo=UTC),
    )


def test_delegation_and_an_aide_are_read() -> None:
    partstat = 'DELEGATED;DELEGATED-TO="mailto:Deputy@example.org";SENT-BY="MAILTO:aide@x.example"'
    answer = read_mail(nextcloud(ABOUT.but(partstat=partstat))).answer
    assert answer is not None
    (attendee,) = answer.attendees
    assert attendee.participation is Participation.DELEGATED
    assert (attendee.delegate, attendee.sent_by) == ("deputy@example.org", "aide@x.example")


def test_a_method_that_only_the_mime_part_names_is_used_and_a_request_is_not_an_answer() -> None:
    assert read_mail(without_method(outlook(ABOUT))).type is MailType.CALENDAR
    assert read_mail(without_method(outlook_com(ABOUT))).type is not MailType.CALENDAR
    request = read_mail(google(ABOUT.but(method="REQUEST")))
    assert (request.type, request.answer) == (MailType.AUTOMATIC, None)


def test_different_answers_in_one_email_are_unreadable() -> None:
    mail, other = parsed(google(ABOUT)), parsed(nextcloud(ABOUT.but(uid="2@test")))
    mail.attach(other.get_payload()[1])
    assert read_mail(mail.as_bytes()).type is MailType.UNREADABLE


def test_vacation_replies_are_automatic() -> None:
    assert read_mail(vacation(ABOUT)).type is MailType.AUTOMATIC
    with_header = vacation(ABOUT).replace(b"Automatic reply: ", b"")
    assert read_mail(with_header).type is MailType.AUTOMATIC
    with_subject = vacation(ABOUT).replace(b"Auto-Submitted: auto-replied\r\n", b"")
    assert read_mail(with_subject).type is MailType.AUTOMATIC


def test_a_bounce_names_the_address_and_never_counts_as_the_answer_that_it_returns() -> None:
    mail = read_mail(bounce(ABOUT))
    assert (mail.type, mail.failed, mail.answer) == (MailType.BOUNCE, ("ana@example.org",), None)
    assert mail.returned == ("of",)
    delayed = read_mail(bounce(ABOUT, action="delayed", status="4.4.1"))
    assert (delayed.type, delayed.failed, delayed.returned) == (MailType.AUTOMATIC, (), ())


def test_a_bounce_may_return_the_headers_alone() -> None:
    whole = bounce(ABOUT, returned="abc@example.org").decode()
    headers = whole.replace("message/rfc822\r\n", "text/rfc822-headers\r\n")
    assert read_mail(headers.encode()).returned == ("abc",)
    hostile = whole.replace("<abc@example.org>", "<" + "a" * 5000 + "@x>")
    assert read_mail(hostile.encode()).returned == ()


BY_GMAIL = "Да\n\nпон, 18. јан 2027. у 09:00\nA <a@b.c> је написао:\n> да?\n"  # noqa: RUF001 - Cyrillic


@pytest.mark.parametrize(
    ("subject", "text", "words", "prepared"),
    [
        ("Re: Coaching", "Accepted.\n\nOn Monday, the office wrote:\n> yes?", "Accepted.", "other"),
        (
            "Re: Coaching",
            BY_GMAIL,
            "Да",
            "other",
        ),
        ("Re: Coaching", "Po\nMë 18 janar shkroi:\n\n> jo?\n>\n", "Po", "other"),
        ("Re: Coaching", "Yes\n> another quote\nbut later", "", "other"),
        ("Another time, please: Coaching session 1 of 2", "", "", "another time"),
        ("ACCEPTED: Coaching session 1 of 2", "", "", "accepted"),
        ("Accepted: Coaching session 1 of 2", "but an hour later", "but an hour later", "other"),
        ("Re: Coaching", "", "", "other"),
    ],
)
def test_the_only_line_of_an_email_and_the_subject_of_an_empty_one_can_be_answers(
    subject: str, text: str, words: str, prepared: str
) -> None:
    mail = read_mail(written(ABOUT, text, subject=subject))
    assert (mail.type, mail.words, mail.prepared) == (MailType.WRITTEN, words, prepared)


@pytest.mark.parametrize(
    ("said", "languages", "answer"),
    [
        ("Yes.", "en", "accepted"),
        ("DECLINED", "en", "declined"),
        ("accepted, but an hour later", "en", "other"),
        ("not accepted", "en", "other"),
        ("Da!", "en sr", "accepted"),
        ("Не", "en mk", "declined"),  # noqa: RUF001 - Cyrillic
        ("прифаќам", "en mk", "accepted"),
        ("Prihvacam", "en hr", "accepted"),
        ("Po", "en sq", "accepted"),
        ("Jo", "en sq", "declined"),
        ("ja", "en de", "accepted"),
        ("evet", "en", "accepted"),
        ("po", "en sr", "other"),
        ("ne", "en sq", "other"),
        ("ne", "sq sr", "other"),
        ("ja", "en bs de", "other"),
        ("jo", "en sv", "other"),
        ("da", "en", "other"),
        ("no", "en", "declined"),
        ("no", "en hr", "other"),
        ("", "en", "other"),
    ],
)
def test_a_word_counts_only_if_it_means_the_same_in_all_languages_of_its_writer(
    said: str, languages: str, answer: str
) -> None:
    assert answer_in(said, languages.split()) is WrittenAnswer(answer)


def test_no_word_is_two_answers_in_one_language_and_each_language_has_both() -> None:
    for language, words in ANSWER_WORDS.items():
        for answer, each in (("accepted", words.yes), ("declined", words.no)):
            assert each
            assert {answer_in(word, [language]) for word in each} == {WrittenAnswer(answer)}


def test_quotes_are_not_part_of_the_text() -> None:
    text = "On leave that week.\n\n-----Original Message-----\nFrom: office\nSecret link\n"
    assert read_mail(written(ABOUT, text)).text == "On leave that week."


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        (["mx.example.org; dmarc=pass header.from=example.org"], True),
        (["mx.example.org; spf=pass; dkim=pass header.d=example.org"], False),
        (["mx.example.org; dmarc=fail header.from=example.org"], False),
        (["evil.example; dmarc=pass header.from=example.org"], False),
        (["mx.example.org; dmarc=pass header.from=evil.example"], False),
        (["mx.example.org; spf=pass", "mx.example.org; dmarc=pass"], False),
        (["mx.example.org; dmarc=pass", "mx.example.org; dmarc=fail"], False),
        (["other.example; spf=fail", "mx.example.org; dmarc=pass"], False),
        (["mx.example.org; dmarc=pass", "evil.example; dmarc=fail"], True),
        (["broken ;;; ="], False),
        ([], False),
    ],
)
def test_only_the_first_statement_of_our_server_authenticates(
    headers: list[str], passes: bool
) -> None:
    lines = "".join(f"Authentication-Results: {one}\r\n" for one in headers).encode()
    mail = lines + outlook(ABOUT)
    assert read_mail(mail, "mx.example.org").is_authenticated is passes
    assert not read_mail(mail).is_authenticated
    two_senders = mail.replace(b"From: ", b"From: x@example.org, ", 1)
    assert not read_mail(two_senders, "mx.example.org").is_authenticated


def test_copies_of_a_message_have_one_digest_and_other_messages_another() -> None:
    raw = outlook(ABOUT)
    assert message_digest(raw) == message_digest(raw.replace(b"\r\n", b"\n"))
    assert message_digest(raw) == message_digest(b"Received: by x\r\n" + raw)
    assert message_digest(raw) != message_digest(outlook(ABOUT.but(message_id="2@x")))
    assert message_digest(raw) != message_digest(outlook(ABOUT.but(partstat="DECLINED")))


def nested(depth: int) -> bytes:
    lines = [b"From: a@b.example", b"MIME-Version: 1.0"]
    for level in range(depth):
        lines += [b'Content-Type: multipart/mixed; boundary="%d"' % level, b"", b"--%d" % level]
    return b"\r\n".join([*lines, b"Content-Type: text/plain", b"", b"x"])


HOSTILE = {
    "empty": (b"", MailType.WRITTEN),
    "nested": (nested(5000), MailType.TOO_NESTED),
    "less nested": (nested(30), MailType.WRITTEN),
    "large": (b"x" * (MAX_MAIL_BYTES + 1), MailType.TOO_LARGE),
    "emails within emails": (
        b"Content-Type: message/rfc822\r\n\r\n" * 5000 + b"x",
        MailType.TOO_NESTED,
    ),
    "binary": (bytes(range(256)) * 50, MailType.WRITTEN),
    "NUL": (b"Subject: a\0b\r\n\r\nx\0y", MailType.WRITTEN),
    "long header": (b"To: " + b"a@b, " * 200_000 + b"\r\n\r\nx", MailType.WRITTEN),
    "open quote": (b'From: "' + b"\\" * 100_000 + b"\r\n\r\nx", MailType.WRITTEN),
    "charset": (b"Content-Type: text/plain; charset=nowhere\r\n\r\n\xff", MailType.WRITTEN),
    "calendar": (b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR", MailType.UNREADABLE),
    "components": (
        b"Content-Type: text/calendar\r\n\r\n" + b"BEGIN:VEVENT\r\n" * 5000,
        MailType.UNREADABLE,
    ),
    "sequence": (outlook(ABOUT.but(sequence=10**30)), MailType.UNREADABLE),
    "many quotes": (b"\r\n\r\n" + b"> " * 200_000 + b"\n> x" * 9000, MailType.WRITTEN),
}


@pytest.mark.parametrize(("raw", "type_"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_emails_are_named_and_harmless(raw: bytes, type_: MailType) -> None:
    mail = read_mail(raw, "mx.example.org")
    assert mail.type is type_
    assert "\0" not in mail.text + mail.subject + mail.sender
    assert len(mail.text) <= MAX_COMMENT_CHARACTERS


@settings(max_examples=50)
@given(st.data())
def test_damaged_emails_are_read_without_an_error(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([client(ABOUT) for client in CLIENTS.values()])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        piece = data.draw(st.binary(max_size=6))
        raw[at : at + data.draw(st.integers(0, 40))] = piece
    assert isinstance(read_mail(bytes(raw), "mx.example.org"), IncomingMail)
