"""Use cases for a pair's agreement, which only the two people in the pair can read.

One person writes the text and proposes it, which also means agreeing to it. The other person
agrees, or writes another text. An agreed text remains in force until both people have agreed to the
next text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements import facts
from api.coaching.agreements.focus import require_known_modules
from api.coaching.agreements.follow_ups import open_follow_ups
from api.coaching.agreements.pairs import Pair, open_pair, own_pair, own_side
from api.coaching.agreements.rows import AgreementRow, AgreementTextRow
from api.coaching.agreements.store import (
    agreement_of,
    close_former,
    pending_text,
    texts_of,
)
from api.coaching.agreements.texts import AppliedText, AppliedTexts, applied_texts, texts_sha256
from api.coaching.agreements.views import AgreementView, agreement_view, terms_of
from api.http.principal import Principal
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.agreements import (
    AGREEMENT_TRANSITIONS,
    AgreementEvent,
    AgreementState,
    AgreementTerms,
    ClosedAs,
    state_at,
)
from coach.errors import ChangedSinceError, ConflictError, Difference, differing
from coach.transitions import next_state


class AgreementInput(FrozenModel):
    """An agreement text; `seen` is the version of the agreement that its author has seen."""

    terms: AgreementTerms
    seen: int


class AgreementAct(StrEnum):
    """An action that a coach or coachee can take on their agreement."""

    PROPOSE = "propose"
    AGREE = "agree"
    KEEP = "keep"
    CLOSE = "close"


class AgreementDecision(FrozenModel):
    """An action, and the version of the agreement that the person has seen."""

    act: AgreementAct
    seen: int


def read_agreement(services: Services, principal: Principal, other_id: str) -> AgreementView:
    """Return the principal's agreement with another person.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
    """
    with services.database.reading() as tx:
        pair = own_pair(tx, principal, other_id)
        return _view(tx, services, principal, pair)


def write_agreement(
    services: Services, principal: Principal, other_id: str, given: AgreementInput
) -> AgreementView:
    """Store a text as a draft, replacing any earlier text that is not yet agreed.

    Raises:
        NotFoundError: as for `read_agreement`.
        ConflictError: the pair has ended, or the agreement is closed.
        ChangedSinceError: the agreement has been changed since the principal read it.
        UnusableInputError: a module is not in the curriculum.
    """
    with services.database.writing() as tx:
        require_known_modules(tx, given.terms.focus)
        pair, now = open_pair(tx, principal, other_id), services.now()
        row = agreement_of(tx, pair)
        _require_seen(tx, row, given.seen, given.terms)
        if row is None:
            row = _new_agreement(tx, pair, now)
        state = state_at(row.state, pair.first_start, now)
        amends = state not in {AgreementState.DRAFT, AgreementState.PROPOSED}
        _apply(row, state, AgreementEvent.AMEND if amends else AgreementEvent.WRITE, now)
        _store_text(tx, row, own_side(principal), given.terms)
        record_event(tx, "agreement written", "agreement", row.id, version=row.version)
        return _view(tx, services, principal, pair)


def decide_agreement(
    services: Services, principal: Principal, other_id: str, decision: AgreementDecision
) -> AgreementView:
    """Propose a text, agree to it, keep the agreed text, or record that the pair has finished.

    Raises:
        NotFoundError: as for `read_agreement`.
        ConflictError: the pair has ended, or the action is not possible at this stage.
        ChangedSinceError: the agreement has been changed since the principal read it.
    """
    with services.database.writing() as tx:
        pair, now = open_pair(tx, principal, other_id), services.now()
        row = agreement_of(tx, pair)
        if row is None:
            raise ConflictError(facts.NOTHING_WRITTEN())
        _require_seen(tx, row, decision.seen)
        step = _Step(
            tx=tx,
            pair=pair,
            row=row,
            state=state_at(row.state, pair.first_start, now),
            side=own_side(principal),
            texts=applied_texts(services.settings),
            now=now,
        )
        step.perform(decision.act)
        return _view(tx, services, principal, pair)


def _view(tx: Transaction, services: Services, principal: Principal, pair: Pair) -> AgreementView:
    return agreement_view(
        tx,
        pair,
        own_side(principal),
        applied_texts(services.settings),
        now=services.now(),
    )


def _require_seen(
    tx: Transaction, row: AgreementRow | None, seen: int, given: AgreementTerms | None = None
) -> None:
    if (0 if row is None else row.version) == seen:
        return
    differences: tuple[Difference, ...] = ()
    texts = () if row is None else texts_of(tx, row)
    if given is not None and texts:
        stored = terms_of(texts[-1]).model_dump(mode="json")
        differences = differing(stored, given.model_dump(mode="json"))
    raise ChangedSinceError(facts.CHANGED_MEANWHILE(), differences)


def _new_agreement(tx: Transaction, pair: Pair, now: datetime) -> AgreementRow:
    close_former(tx, pair, now=now)
    row = AgreementRow(
        cycle_id=pair.cycle_id,
        coachee_id=pair.coachee.id,
        coach_id=pair.coach.id,
        state=AgreementState.DRAFT,
        version=0,
        created_at=now,
        changed_at=now,
    )
    tx.add(row)
    tx.flush()
    return row


def _apply(row: AgreementRow, state: AgreementState, event: AgreementEvent, now: datetime) -> None:
    after = next_state(AGREEMENT_TRANSITIONS, state, event)
    if after is None:
        raise ConflictError(facts.NOT_POSSIBLE())
    row.state, row.version, row.changed_at = after, row.version + 1, now


def _store_text(tx: Transaction, row: AgreementRow, side: Side, terms: AgreementTerms) -> None:
    """Store the draft text, to which nobody has agreed yet."""
    text = pending_text(tx, row)
    if text is None:
        text = AgreementTextRow(agreement_id=row.id, number=len(texts_of(tx, row)) + 1)
        tx.add(text)
    for field, value in terms:
        setattr(text, field, list(value) if field == "focus" else value)
    text.written_by, text.proposed_by = side, None
    text.coachee_agreed_at = text.coach_agreed_at = None
    tx.flush()


@dataclass(frozen=True, slots=True)
class _Step:
    """A decision by the person on `side` about an agreement in `state`."""

    tx: Transaction
    pair: Pair
    row: AgreementRow
    state: AgreementState
    side: Side
    texts: AppliedTexts
    now: datetime

    def perform(self, act: AgreementAct) -> None:
        """Perform the action.

        Raises:
            ConflictError: the action is not possible at this stage.
        """
        text = pending_text(self.tx, self.row)
        if act is AgreementAct.CLOSE:
            self._complete()
        elif text is None:
            raise ConflictError(facts.NOTHING_WRITTEN())
        elif act is AgreementAct.PROPOSE:
            self._propose(text)
        elif act is AgreementAct.AGREE:
            self._agree(text)
        else:
            _apply(self.row, self.state, AgreementEvent.KEEP, self.now)
            self.tx.delete(text)
            record_event(self.tx, "agreement kept", "agreement", self.row.id)

    def _propose(self, text: AgreementTextRow) -> None:
        if text.proposed_by is not None and text.texts_sha256 == texts_sha256(self.texts):
            raise ConflictError(facts.NOT_POSSIBLE())
        state, event = self.state, AgreementEvent.AMEND
        if state in {AgreementState.DRAFT, AgreementState.PROPOSED}:
            state, event = AgreementState.DRAFT, AgreementEvent.PROPOSE
        _apply(self.row, state, event, self.now)
        text.proposed_by = self.side
        text.terms_version = self.texts[AppliedText.TERMS].version
        text.duty_text_version = self.texts[AppliedText.DUTY].version
        text.sponsor_sees_version = self.texts[AppliedText.SPONSOR_SEES].version
        text.texts_sha256 = texts_sha256(self.texts)
        text.coachee_agreed_at = text.coach_agreed_at = None
        self._record_consent(text)
        version = self.row.version
        record_event(self.tx, "agreement proposed", "agreement", self.row.id, version=version)

    def _agree(self, text: AgreementTextRow) -> None:
        if text.proposed_by is None:
            raise ConflictError(facts.NOT_PROPOSED())
        if text.proposed_by is self.side:
            raise ConflictError(facts.OWN_PROPOSAL())
        if text.texts_sha256 != texts_sha256(self.texts):
            raise ConflictError(facts.TEXTS_CHANGED())
        _apply(self.row, self.state, AgreementEvent.AGREE, self.now)
        self._record_consent(text)
        self.row.agreed_at = self.row.agreed_at or self.now
        version = self.row.version
        record_event(self.tx, "agreement agreed to", "agreement", self.row.id, version=version)

    def _record_consent(self, text: AgreementTextRow) -> None:
        if self.side is Side.COACHEE:
            text.coachee_agreed_at = self.now
        else:
            text.coach_agreed_at = self.now

    def _complete(self) -> None:
        if self.pair.last_end is None or self.pair.last_end > self.now:
            raise ConflictError(facts.SESSIONS_LEFT())
        _apply(self.row, self.state, AgreementEvent.CLOSE, self.now)
        self.row.closed_at, self.row.closed_as = self.now, ClosedAs.COMPLETED
        record_event(self.tx, "agreement completed", "agreement", self.row.id)
        open_follow_ups(self.tx, self.row, now=self.now)
