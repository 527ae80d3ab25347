"""Use cases for guidance cards: uploading, reading and removing them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.cycles.service import header_of
from api.guidance import facts
from api.guidance.rows import GuidanceCardRow
from api.http.principal import Principal
from api.input_files.reference_data import reference
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.errors import InputFault, NotFoundError, UnusableInputError
from coach.guidance import GuidanceCard, is_due
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.guidance_file import read_guidance
from coach.texts.facts import Displayed

MAX_CARD_BYTES = 64 * 1024


class CardState(StrEnum):
    """The state of a country's guidance card: missing, due for review, or current."""

    MISSING = "missing"
    DUE = "due"
    CURRENT = "current"


class CardSummary(FrozenModel):
    """A country, the state of its guidance card, and when the card was last reviewed, if ever."""

    country: str
    state: CardState
    reviewed_on: date | None = None


def list_cards(services: Services) -> tuple[CardSummary, ...]:
    """Return the state of each country's card, including missing cards that current cycles need."""
    today = services.now().date()
    with services.database.reading() as tx:
        stored = tx.scalars(select(GuidanceCardRow.country))
        return _summaries(tx, {*stored, *_countries_of_people(tx, today)}, today)


def unusable_cards(
    tx: Transaction, countries: frozenset[str], *, today: date
) -> tuple[CardSummary, ...]:
    """Return a summary for each of `countries` whose card is missing or due for review."""
    cards = _summaries(tx, countries, today)
    return tuple(one for one in cards if one.state is not CardState.CURRENT)


def read_card(services: Services, country: str) -> GuidanceCard:
    """Return a country's card.

    Raises:
        NotFoundError: the country has no card.
    """
    with services.database.reading() as tx:
        return _card(_row(tx, country))


def read_card_text(services: Services, country: str) -> str:
    """Return the TOML text of a card, for editing and uploading it again.

    Raises:
        NotFoundError: the country has no card.
    """
    with services.database.reading() as tx:
        return _row(tx, country).text


def store_card(services: Services, file: str, content: bytes) -> CardSummary:
    """Store a card, replacing any earlier card of its country.

    Raises:
        UnusableInputError: the card has faults; nothing is changed.
    """
    now = services.now()
    text = _decoded(file, content)
    card = read_guidance(file, text, reference().countries.keys(), today=now.date())
    with services.database.writing() as tx:
        row = GuidanceCardRow(
            country=card.country, text=text, reviewed_on=card.reviewed_on, changed_at=now
        )
        tx.merge(row)
        record_event(tx, "guidance card stored", "country", card.country)
    return _summary(card.country, card.reviewed_on, now.date())


def remove_card(services: Services, country: str) -> None:
    """Remove a country's card.

    Raises:
        NotFoundError: the country has no card.
    """
    with services.database.writing() as tx:
        tx.delete(_row(tx, country))
        record_event(tx, "guidance card removed", "country", country)


def cards_of_person(
    services: Services, principal: Principal
) -> tuple[tuple[str, GuidanceCard | None], ...]:
    """Return the cards for a person's country and for the countries of people they meet.

    A missing card is `None`. The access is not recorded anywhere.
    """
    with services.database.reading() as tx:
        person = tx.get_one(PersonRow, principal.person_id)
        pairs = select(SessionRow.coachee_id, SessionRow.coach_id).where(
            or_(SessionRow.coachee_id == person.id, SessionRow.coach_id == person.id)
        )
        ids = {person.id, *(one for pair in tx.execute(pairs) for one in pair)}
        people = tx.scalars(select(PersonRow).where(PersonRow.id.in_(ids)))
        countries = sorted({_country(one) for one in people} - {""})
        rows = select(GuidanceCardRow).where(GuidanceCardRow.country.in_(countries))
        found = {row.country: _card(row) for row in tx.scalars(rows)}
    return tuple((code, found.get(code)) for code in countries)


def _decoded(file: str, content: bytes) -> str:
    problem: Displayed
    if len(content) > MAX_CARD_BYTES:
        problem = facts.TOO_LARGE()
    else:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            problem = facts.NOT_UTF8()
    raise UnusableInputError([InputFault(file, 1, WHOLE_FILE, problem)])


def _row(tx: Transaction, country: str) -> GuidanceCardRow:
    row = tx.get(GuidanceCardRow, country)
    if row is None:
        raise NotFoundError(facts.NOT_FOUND(country=country))
    return row


def _card(row: GuidanceCardRow) -> GuidanceCard:
    """Return a stored card. Its review date was checked when it was stored."""
    return read_guidance(row.country, row.text, reference().countries.keys(), today=row.reviewed_on)


def _summaries(tx: Transaction, countries: Collection[str], today: date) -> tuple[CardSummary, ...]:
    query = select(GuidanceCardRow.country, GuidanceCardRow.reviewed_on)
    found = tx.execute(query.where(GuidanceCardRow.country.in_(countries)))
    reviews = {row.country: row.reviewed_on for row in found}
    return tuple(_summary(code, reviews.get(code), today) for code in sorted(countries))


def _summary(country: str, reviewed_on: date | None, today: date) -> CardSummary:
    if reviewed_on is None:
        state = CardState.MISSING
    else:
        state = CardState.DUE if is_due(reviewed_on, today) else CardState.CURRENT
    return CardSummary(country=country, state=state, reviewed_on=reviewed_on)


def _countries_of_people(tx: Transaction, today: date) -> frozenset[str]:
    """Return the countries of the people in cycles that have not ended."""
    cycles = [row.id for row in tx.scalars(select(CycleRow)) if header_of(row).end >= today]
    country = PersonRow.profile["country"].as_string()
    query = select(country).where(
        PersonRow.cycle_id.in_(cycles), PersonRow.left_at.is_(None), country.is_not(None)
    )
    return frozenset(tx.scalars(query.distinct()))


def _country(row: PersonRow) -> str:
    return str(row.profile.get("country", ""))
