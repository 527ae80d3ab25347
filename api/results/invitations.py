"""The folder `invites/`: an `.ics` and an `.eml` file for each recipient and session."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from api.calendar.eml import eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.organisation import Organisation
from coach.invitations import Message, SentInvitation, invitations_by_uid, reissue_all
from coach.people import Person, Roster
from coach.texts.renderer import Renderer
from matching.result import Result

_MAX_ID_CHARACTERS = 40


def invitation_files(
    roster: Roster,
    result: Result,
    deployment: Organisation,
    texts: Renderer,
    *,
    now: datetime,
    before: Mapping[str, SentInvitation],
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each invitation file for the sessions in `result`.

    `now` is the time stated in the invitations. `before` contains the invitations sent for an
    earlier result, keyed by uid; the SEQUENCE of those that have changed is incremented.
    """
    coachees = {person.id: _Addressee.of(person, result) for person in roster.coachees}
    coaches = {person.id: _Addressee.of(person, result) for person in roster.coaches}
    for match in result.matches:
        messages = reissue_all(before, invitations_by_uid(match.sessions), now)
        for to in (coachees[match.coachee], coaches[match.coach]):
            for message in messages:
                name = f"{to.readable_id}-session-{_suffix(to.key, message)}"
                calendar = ics_bytes(message, to.recipient, deployment, texts)
                yield f"{name}.ics", calendar
                email = eml_bytes(
                    message,
                    to.recipient,
                    deployment,
                    texts,
                    calendar=calendar,
                    reply_token=to.reply_token,
                )
                yield f"{name}.eml", email


class _Addressee(NamedTuple):
    """A person to whom the invitations to all their sessions are addressed.

    Attributes:
        key: identifies the person. The id is not enough, because a coachee and a coach may have the
            same id.
        readable_id: the id in ASCII, shortened, for the start of file names.
        recipient: the recipient of the emails.
        reply_token: the token for the person's replies.
    """

    key: str
    readable_id: str
    recipient: Recipient
    reply_token: str

    @classmethod
    def of(cls, person: Person, result: Result) -> _Addressee:
        key = f"{type(person).__name__} {person.id}"
        return cls(key, _readable_id(person), Recipient.of(person), _reply_token(result, key))


def _readable_id(person: Person) -> str:
    """Return a person's id in ASCII, shortened, for the start of a file name."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", person.id).strip("-")[:_MAX_ID_CHARACTERS] or "person"


def _suffix(key: str, message: Message) -> str:
    """Return the session's number, and a hash that makes the file name unique."""
    end = hashlib.sha256(f"{message.invitation.uid}\0{key}".encode()).hexdigest()[:8]
    return f"{message.invitation.number:02d}-{end}"


def _reply_token(result: Result, key: str) -> str:
    """Return the token for a person's replies, derived from the fingerprint of the inputs."""
    secret = result.input_sha256.encode()
    return hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:32]
