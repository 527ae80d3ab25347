"""Agreements, formatted for templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.coaching.agreements import facts
from api.coaching.agreements.labels import state_badge
from api.coaching.agreements.views import AgreementTextView, AgreementView
from api.participants.rows import Side
from api.web.date_formats import format_date, format_local_date
from api.web.labels import Badge
from coach.texts.facts import Displayed


@dataclass(frozen=True, slots=True)
class TermLine:
    """One field of an agreement text, with its value or values."""

    field: str
    values: tuple[Displayed, ...]


@dataclass(frozen=True, slots=True)
class TextDisplay:
    """An agreement text, whether the reader proposed it, and when each person agreed to it."""

    lines: tuple[TermLine, ...]
    is_mine: bool
    is_proposed: bool
    coachee_agreed: Displayed
    coach_agreed: Displayed
    versions: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AgreementDisplay:
    """An agreement, formatted for one of its two people."""

    badge: Badge
    agreed: Displayed
    closed: Displayed
    in_force: TextDisplay | None
    pending: TextDisplay | None
    applied: tuple[tuple[Displayed, object], ...]


def agreement_display(
    view: AgreementView, modules: Mapping[str, Displayed], zone: ZoneInfo
) -> AgreementDisplay:
    """Format an agreement for a reader in `zone`."""
    return AgreementDisplay(
        badge=state_badge(view.state, view.closed_as),
        agreed=format_local_date(view.agreed_at, zone),
        closed=format_local_date(view.closed_at, zone),
        in_force=_text(view.in_force, view.my_side, modules, zone),
        pending=_text(view.pending, view.my_side, modules, zone),
        applied=tuple((format_date(text.dated), text) for text in view.applied.values()),
    )


def _text(
    text: AgreementTextView | None,
    side: Side,
    modules: Mapping[str, Displayed],
    zone: ZoneInfo,
) -> TextDisplay | None:
    if text is None:
        return None
    return TextDisplay(
        lines=_lines(text, modules),
        is_mine=text.proposed_by is side,
        is_proposed=text.proposed_by is not None,
        coachee_agreed=format_local_date(text.coachee_agreed_at, zone),
        coach_agreed=format_local_date(text.coach_agreed_at, zone),
        versions=(text.terms_version, text.duty_text_version, text.sponsor_sees_version),
    )


def _lines(text: AgreementTextView, modules: Mapping[str, Displayed]) -> tuple[TermLine, ...]:
    terms = text.terms
    return (
        TermLine("purpose", (terms.purpose,)),
        TermLine("focus", tuple(modules.get(code, code) for code in terms.focus)),
        TermLine("sessions", (f"{terms.sessions}",)),
        TermLine("mode", (facts.MODES[terms.mode](),)),
        TermLine("language", (facts.LANGUAGE_ALONE(code=terms.language),)),
        TermLine("contact", (facts.CONTACTS[terms.contact](),)),
        TermLine("delegates", (facts.DELEGATES[terms.delegates](),)),
    )
