"""Composes the emails with introductions, invitations and cancellations."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.invitations import facts
from api.invitations.event_messages import answer_to_event
from api.invitations.introduction import render_introduction, stored_introduction
from api.invitations.outgoing_invitation import (
    OutgoingInvitation,
    coach_names,
    is_cancellation,
    render_eml,
    stored_invitation,
    stored_message,
)
from api.invitations.session_messages import answers_to
from api.mail.composer import ComposedMail, MailComposer
from api.mail.rows import (
    SENT_STATES,
    UNDELIVERED_STATES,
    MailKind,
    MailRow,
    about_the_same,
)
from api.participants.group_rows import GroupInvitationRow
from api.participants.rows import PersonRow
from api.personal_links import links
from api.services import Services
from api.sessions.rows import SessionRow
from coach.errors import ConflictError
from coach.invitations import Method, PartStat


def compose_invitation(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose an invitation or cancellation, or return `None` if it must no longer be sent.

    Raises:
        ConflictError: the message is an invitation and its recipient has no working secret link.
    """
    person = tx.get_one(PersonRow, mail.person_id)
    uninvited = person.left_at is not None and not is_cancellation(mail)
    if not person.email or uninvited or _is_superseded(tx, mail) or _was_never_invited(tx, mail):
        return None
    coaches = coach_names(tx, SessionRow.id == mail.session_id)
    invitation = _as_known_now(tx, mail, stored_invitation(mail, person, coaches))
    secret = _link_secret(tx, services, person.id) if invitation.needs_link else ""
    return ComposedMail(person.email, render_eml(invitation, services, secret))


def compose_introduction(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose an introduction, or return `None` if it must no longer be sent.

    This is the case if the person has left, or has no address or no upcoming sessions.

    Raises:
        ConflictError: the recipient has no working secret link.
    """
    person = tx.get_one(PersonRow, mail.person_id)
    introduction = stored_introduction(tx, mail, person)
    if not person.email or person.left_at is not None or not introduction.sessions:
        return None
    secret = _link_secret(tx, services, person.id)
    return ComposedMail(person.email, render_introduction(introduction, services, secret))


def compose_moved_away(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail:
    """Compose the cancellation of an invitation at a person's former address."""
    invitation = stored_invitation(mail, tx.get_one(PersonRow, mail.person_id), {})
    return ComposedMail(invitation.address, render_eml(invitation, services, ""))


def _link_secret(tx: Transaction, services: Services, person_id: str) -> str:
    try:
        return links.link_of(tx, services.keyring, person_id, now=services.now()).secret
    except ConflictError as error:
        raise ConflictError(facts.LINK_ENDED()) from error


def _as_known_now(
    tx: Transaction, mail: MailRow, invitation: OutgoingInvitation
) -> OutgoingInvitation:
    """Return the invitation, updated with the last sent version and the person's current answer.

    The last sent version may have changed since the email was drafted, because intermediate drafts
    were never sent; the answer may have changed because the person has replied.
    """
    message = invitation.message
    if message.method is Method.CANCEL:
        return invitation
    last = _last_sent(tx, mail)
    was_invited = last is not None and not is_cancellation(last)
    before = stored_message(last).invitation if last and was_invited else None
    known = message.model_copy(update={"before": before}).answered(_answer(tx, mail))
    return invitation.model_copy(update={"message": known})


def _last_sent(tx: Transaction, mail: MailRow) -> MailRow | None:
    """Return the latest earlier message about the same session or event that may have been sent."""
    return tx.scalars(
        select(MailRow)
        .where(
            MailRow.kind == MailKind.INVITATION,
            about_the_same(mail),
            MailRow.occasion < mail.occasion,
            or_(MailRow.state.in_(SENT_STATES), MailRow.interrupted > 0),
        )
        .order_by(MailRow.occasion.desc())
        .limit(1)
    ).one_or_none()


def _answer(tx: Transaction, mail: MailRow) -> PartStat:
    """Return the person's valid answer to the session or group event of an email."""
    if mail.group_invitation_id is not None:
        return answer_to_event(tx.get_one(GroupInvitationRow, mail.group_invitation_id))
    answers = answers_to(tx, SessionRow.id == mail.session_id)
    return answers.get((mail.session_id or "", mail.person_id), PartStat.NEEDS_ACTION)


def _was_never_invited(tx: Transaction, mail: MailRow) -> bool:
    """Return whether an email cancels a group event to which the person was never invited."""
    return (
        mail.group_invitation_id is not None
        and is_cancellation(mail)
        and _last_sent(tx, mail) is None
    )


def _is_superseded(tx: Transaction, mail: MailRow) -> bool:
    """Return whether a newer message about the same session or event was released or sent."""
    newer = select(MailRow.id).where(
        MailRow.kind == MailKind.INVITATION,
        about_the_same(mail),
        MailRow.occasion > mail.occasion,
        MailRow.state.in_((*UNDELIVERED_STATES, *SENT_STATES)),
    )
    return tx.scalar(newer.limit(1)) is not None


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {
    MailKind.INTRODUCTION: compose_introduction,
    MailKind.INVITATION: compose_invitation,
    MailKind.MOVED_AWAY: compose_moved_away,
}
