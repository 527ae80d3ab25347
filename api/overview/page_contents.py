"""The contents of the cycle page, the people page and the personal home page.

The contents of a page are read in one transaction, so that they are consistent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.coaching.follow_up.own import own_follow_ups
from api.coaching.instruments.service import OpenQuestions, open_questions
from api.consent.given import PersonConsent, consents_of_cycle
from api.consent.service import consent_status
from api.consent.terms_states import TermsState, terms_states
from api.consent.texts import consent_texts
from api.cycles.service import CycleHeader, cycle_header
from api.data_protection.retention_policy import Retention, retention_of
from api.enrolment.decisions import count_applications
from api.group_events.own import OwnEvent, own_events
from api.http.principal import Principal
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.lists.query import ListQuery
from api.lists.selection import Selected, select_rows
from api.overview.cycles import CycleOverview, overview_of
from api.overview.people_list import PEOPLE_ACCESS, ListedPerson, listed_people
from api.participants.preview.list_state import ListState, list_state
from api.participants.service import ParticipantDetails, participants_by_id
from api.participants.withdrawn import WithdrawnPerson, withdrawn_people
from api.personal_links.pins import people_with_pin
from api.plans.plan_details import PlanSummary, plans_of_cycle
from api.reminders.switch import Reminders, reminders_of
from api.replies.held import count_held
from api.rescheduling.open_proposals import (
    OpenProposal,
    SessionNotice,
    open_proposals,
    session_notices,
)
from api.runs.run_view import RunView, runs_of_cycle
from api.services import Services
from api.sessions.schedule import PersonSchedule, own_schedule
from coach.follow_up import FollowUpState


@dataclass(frozen=True, slots=True)
class CyclePage:
    """The contents of a cycle's page.

    `withdrawn` contains the people who have withdrawn from the cycle since the latest published
    plan; `applications` is the number of applications awaiting a decision.
    """

    overview: CycleOverview
    runs: tuple[RunView, ...]
    plans: tuple[PlanSummary, ...]
    mail: CycleMail
    held_replies: int
    reminders: Reminders
    retention: Retention
    lists: ListState
    proposals: tuple[OpenProposal, ...]
    withdrawn: tuple[WithdrawnPerson, ...]
    applications: int


def read_cycle_page(services: Services, cycle_id: str) -> CyclePage:
    """Return the contents of a cycle's page.

    Raises:
        NotFoundError: there is no such cycle.
    """
    settings, now = services.settings, services.now()
    with services.database.reading() as tx:
        overview, plans = overview_of(tx, cycle_id), plans_of_cycle(tx, cycle_id)
        return CyclePage(
            overview=overview,
            runs=runs_of_cycle(tx, cycle_id),
            plans=plans,
            mail=cycle_mail(tx, services, cycle_id),
            held_replies=count_held(tx, cycle_id),
            reminders=reminders_of(tx, cycle_id, settings.mail),
            retention=retention_of(tx, cycle_id, settings.retention_days, now=now),
            lists=list_state(tx, cycle_id, now=now),
            proposals=open_proposals(tx, cycle_id, now=now),
            withdrawn=withdrawn_people(tx, cycle_id, since=_last_published(plans)),
            applications=count_applications(tx, cycle_id),
        )


def _last_published(plans: Sequence[PlanSummary]) -> datetime | None:
    """Return when a plan was last published, or `None` if none has been published."""
    return max((plan.published_at for plan in plans if plan.published_at), default=None)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the people in a cycle, with their consents and the state of the lists.

    Attributes:
        selected: the requested part of the list.
        people: the people in that part.
        consents: the consents of those people, except those who have left.
        with_pin: the ids of those people who have a PIN or a passkey.
        terms: whether each person currently in the cycle has agreed to the terms, keyed by id.
    """

    cycle: CycleHeader
    selected: Selected[ListedPerson]
    people: tuple[ParticipantDetails, ...]
    consents: tuple[PersonConsent, ...]
    with_pin: frozenset[str]
    terms: dict[str, TermsState]
    lists: ListState


def read_people_page(
    services: Services, principal: Principal, cycle_id: str, query: ListQuery
) -> PeoplePage:
    """Return the contents of the people page, with the part of the list that a query requests.

    A manager limited to countries sees only people from these countries; nobody else is counted.

    Raises:
        NotFoundError: there is no such cycle.
    """
    texts = consent_texts(services.settings)
    with services.database.reading() as tx:
        cycle, terms = cycle_header(tx, cycle_id), terms_states(tx, texts, cycle_id)
        visible = listed_people(tx, principal, cycle_id, terms)
        selected = select_rows(visible, query, PEOPLE_ACCESS)
        ids = [row.id for row in selected.rows]
        people = participants_by_id(tx, ids)
        return PeoplePage(
            cycle=cycle,
            selected=selected,
            people=tuple(people[one] for one in ids),
            consents=consents_of_cycle(tx, texts, cycle_id, people=ids),
            with_pin=people_with_pin(tx, ids),
            terms={one.id: one.terms for one in visible if one.terms is not None},
            lists=list_state(tx, cycle_id, now=services.now()),
        )


@dataclass(frozen=True, slots=True)
class PersonHome:
    """A person's sessions, whether they have accepted the current terms, and notices.

    `events` contains the group events to which the person is or was invited. `questions` contains
    the questions that the person can answer now; `follow_ups_due` is the number of follow-ups
    awaiting an answer.
    """

    schedule: PersonSchedule
    terms_accepted: bool
    notices: dict[str, SessionNotice]
    events: tuple[OwnEvent, ...]
    questions: tuple[OpenQuestions, ...]
    follow_ups_due: int


def read_person_home(services: Services, principal: Principal) -> PersonHome:
    """Return the contents of the principal's home page.

    Raises:
        NotFoundError: `principal` is not a participant in a cycle.
    """
    texts = consent_texts(services.settings)
    with services.database.reading() as tx:
        schedule = own_schedule(tx, principal)
        status = consent_status(tx, texts, schedule.person.id)
        notices = session_notices(tx, schedule.person.id, now=services.now())
        events = own_events(tx, principal)
        follow_ups = own_follow_ups(tx, principal, now=services.now())
        questions = open_questions(tx, services, principal)
    return PersonHome(
        schedule,
        status.accepted_at is not None,
        notices,
        events,
        questions,
        sum(one.state is FollowUpState.DUE for one in follow_ups),
    )


def read_notices(services: Services, principal: Principal) -> dict[str, SessionNotice]:
    """Return the notices about the principal's upcoming sessions, keyed by session id."""
    with services.database.reading() as tx:
        return session_notices(tx, principal.person_id or "", now=services.now())
