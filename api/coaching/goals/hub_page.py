"""The page for all of a person's pairs: agreements, goals, commitments and pending decisions."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.coaching.agreements.fit import fit_answer
from api.coaching.agreements.labels import state_badge
from api.coaching.agreements.pairs import own_pairs, own_side
from api.coaching.agreements.store import agreement_of
from api.coaching.agreements.texts import applied_texts
from api.coaching.agreements.views import view_of
from api.coaching.goals.commitment_views import commitment_rows
from api.coaching.goals.goal_views import goal_rows
from api.coaching.goals.pair_work import PairWork
from api.coaching.life.presenters import LifeLine, life_lines
from api.coaching.life.reading import lives_of
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.http.principal import Principal
from api.participants.person_summary import PersonSummary
from api.participants.rows import Side
from api.services import Services
from api.web.labels import Badge
from api.web.rendering import render_page
from coach.agreements import ClosedAs
from coach.commitments import is_overdue

HUB_PAGE = APIRouter(prefix="/p/{link}/coaching", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PairCard:
    """A pair, as shown to one of its two people.

    Attributes:
        is_former: whether the pair has ended.
        to_decide: whether an agreement text is awaiting the reader's decision.
        asks_fit: whether the reader has yet to answer the fit question.
        has_fit: whether the reader can answer the fit question.
        goals: the number of goals.
        commitments: the number of commitments.
        overdue: the number of overdue commitments.
        life: the states that the pair has reached.
        is_completed: whether the pair has been recorded as finished.
    """

    other: PersonSummary
    address: str
    badge: Badge
    is_former: bool
    to_decide: bool
    asks_fit: bool
    has_fit: bool
    goals: int
    commitments: int
    overdue: int
    life: tuple[LifeLine, ...]
    is_completed: bool


@HUB_PAGE.get("")
def show_pairs(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show each of the person's pairs."""
    return render_page(
        request,
        "coaching/hub.html",
        home=urls.person(link),
        follow_ups=urls.person_follow_ups(link),
        cards=read_cards(services, principal, urls.person_coaching(link)),
    )


def read_cards(services: Services, principal: Principal, hub: str) -> tuple[PairCard, ...]:
    """Return the principal's pairs; their pages are below the URL `hub`.

    Former pairs are shown only if there was an agreement.

    Raises:
        NotFoundError: the principal is neither a coach nor a coachee.
    """
    applied, now = applied_texts(services.settings), services.now()
    cards = []
    with services.database.reading() as tx:
        side, pairs = own_side(principal), own_pairs(tx, principal)
        lives = lives_of(tx, pairs, now=now)
        for pair in pairs:
            row = agreement_of(tx, pair)
            if pair.ended is not None and row is None:
                continue
            agreement = view_of(tx, row, pair, side, applied, now=now)
            work = PairWork(tx, pair, row, side, now)
            commitments = commitment_rows(work)
            answer = fit_answer(tx, pair, side, now=now)
            cards.append(
                PairCard(
                    other=agreement.other,
                    address=f"{hub}/{agreement.other.id}",
                    badge=state_badge(agreement.state, agreement.closed_as),
                    is_former=pair.ended is not None,
                    to_decide=agreement.can_agree,
                    asks_fit=answer.is_open and answer.fit is None and not agreement.closed_as,
                    has_fit=answer.is_open,
                    goals=len(goal_rows(work)),
                    commitments=len(commitments),
                    overdue=sum(is_overdue(row.state, row.due, work.today) for row in commitments),
                    life=life_lines(
                        lives[pair.coachee.id, pair.coach.id],
                        work.zone,
                        to_coach=side is Side.COACH,
                    ),
                    is_completed=agreement.closed_as is ClosedAs.COMPLETED,
                )
            )
    return tuple(cards)


ROUTERS = (HUB_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/coaching"): Permission(PERSON, own_only=True, requires_verification=True),
}
