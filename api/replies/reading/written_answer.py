"""Finds the text that people write in reply to an invitation, above the quoted email."""

from __future__ import annotations

from functools import cache

from mailparser_reply import EmailReplyParser

from api.calendar.facts import ANSWER_SUBJECTS
from api.replies.reading.answer_words import WrittenAnswer
from api.replies.reading.limits import MAX_TEXT_CHARACTERS, stored_text
from api.replies.reading.mail_structure import MailStructure
from api.texts.catalogues import all_renderers

_MAX_LINE = 1000
_MAX_LINES = 400
_LANGUAGES = ["en", "de", "fr", "it", "nl", "pl", "sv"]
_MAX_INTRODUCTION = 3  # lines that introduce a quote, such as "On Monday, Ana wrote:"


def written_text(mail: MailStructure) -> str:
    """Return the text that the sender wrote, without quoted emails."""
    texts = [part.text for part in mail.parts_of("text/plain")]
    if not texts:
        return ""
    lines = texts[0][:MAX_TEXT_CHARACTERS].splitlines()[:_MAX_LINES]
    text = "\n".join(_without_quote([line[:_MAX_LINE] for line in lines]))
    reply = EmailReplyParser(languages=_LANGUAGES).parse_reply(text=text)
    return stored_text(reply if reply is not None else text)


def _without_quote(lines: list[str]) -> list[str]:
    """Return the lines above a quote that ends the email, without the lines that introduce it.

    `EmailReplyParser` does the same for quotes that are introduced in a language that it supports.
    """
    first = next((at for at, line in enumerate(lines) if line.startswith(">")), None)
    if first is None or any(line and line[0] != ">" for line in map(str.strip, lines[first:])):
        return lines
    end = first
    while end and not lines[end - 1].strip():
        end -= 1
    if not end or not lines[end - 1].rstrip().endswith(":"):
        return lines[:end]
    introduction = range(end - 1, max(end - 2 - _MAX_INTRODUCTION, -1), -1)
    blank = (at for at in introduction if not lines[at].strip())
    return lines[: next(blank, end - 1)]


def written_words(text: str) -> str:
    """Return `text` if it is a single line that is short enough, otherwise an empty string."""
    return text if len(text) <= _MAX_LINE and "\n" not in text.strip() else ""


def subject_answer(mail: MailStructure, text: str) -> WrittenAnswer:
    """Return the answer that a button put in the subject; `OTHER` if the email contains text."""
    subject = mail.header("Subject").casefold()
    if text:
        return WrittenAnswer.OTHER
    found = (answer for start, answer in _subject_starts() if subject.startswith(start))
    return next(found, WrittenAnswer.OTHER)


@cache
def _subject_starts() -> tuple[tuple[str, WrittenAnswer], ...]:
    """Return the beginnings of the subjects that the buttons prepare, in all languages."""
    return tuple(
        (texts.text(subject(title="")).strip().casefold(), WrittenAnswer(answer))
        for texts in all_renderers()
        for answer, subject in ANSWER_SUBJECTS.items()
    )
