"""Parses answers that people write: the text above the quoted email, and the words used."""

from __future__ import annotations

import re
from enum import StrEnum

from mailparser_reply import EmailReplyParser

from api.replies.reading.limits import MAX_TEXT_CHARACTERS, stored_text
from api.replies.reading.mail_structure import MailStructure

_MAX_LINE = 1000
_MAX_LINES = 400
_LANGUAGES = ["en", "de", "fr", "it", "nl", "pl"]
_SUBJECT = re.compile(r"(accepted|declined|another time, please): ", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]+")


class WrittenAnswer(StrEnum):
    """The answer in a text that a person wrote; `OTHER` if it is none of those requested."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    ANOTHER_TIME = "another time please"
    OTHER = "other"


def written_text(mail: MailStructure) -> str:
    """Return the text that the sender wrote, without quoted emails."""
    texts = [part.text for part in mail.parts_of("text/plain")]
    if not texts:
        return ""
    lines = texts[0][:MAX_TEXT_CHARACTERS].splitlines()[:_MAX_LINES]
    text = "\n".join(line[:_MAX_LINE] for line in lines)
    reply = EmailReplyParser(languages=_LANGUAGES).parse_reply(text=text)
    return stored_text(reply if reply is not None else text)


def written_answer(mail: MailStructure, text: str) -> WrittenAnswer:
    """Return the answer in the subject of an empty email, or in the only line of `text`.

    Anything else, such as *accepted, but an hour later*, has to be read by a person.
    """
    subject = _SUBJECT.match(mail.header("Subject"))
    said = " ".join(_WORDS.findall(text.lower())) if len(text) <= _MAX_LINE else text
    if not text and subject:
        said = " ".join(_WORDS.findall(subject[1].lower()))
    return WrittenAnswer(said) if said in {*WrittenAnswer} else WrittenAnswer.OTHER
