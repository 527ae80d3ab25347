"""Checks whether the objects in a request's path are within a manager's limits.

Each object belongs to a cycle, and some objects also belong to people, who have countries. A
parameter that is not listed here refers to objects that limited managers may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, literal, null, select
from sqlalchemy.orm import aliased

from api.accounts.rows import CredentialRow
from api.coaching.life.rows import NominationRow
from api.cycles.rows import CycleRow
from api.enrolment.rows import ApplicationRow
from api.http.limits import LimitRule, Limits
from api.http.principal import Principal
from api.mail.rows import MailRow
from api.participants.group_rows import GroupEventRow
from api.participants.rows import PersonRow
from api.plan_queries.rows import QuestionRow
from api.rescheduling.rows import ProposalRow
from api.runs.rows import PlanRow, RunRow
from api.services import Services
from api.sessions.rows import SessionRow

_ID = bindparam("id", type_=String)
_NO_COUNTRY = null()


def within_limits(
    services: Services, principal: Principal, rule: LimitRule, parameters: Mapping[str, str]
) -> bool:
    """Return whether a limited manager may see all objects that a request's path names.

    With `LimitRule.COUNTRIES`, people have to be from the manager's countries; for sessions, at
    least one of the two participants.
    """
    limits = principal.limits or Limits()
    with services.database.reading() as tx:
        for parameter, identifier in parameters.items():
            if parameter == _CREDENTIAL and _is_of_user(tx.get(CredentialRow, identifier)):
                continue  # the use case refuses objects of other users
            query = _OBJECTS.get(parameter)
            found = None if query is None else tx.execute(query, {"id": identifier}).one_or_none()
            if found is None or not limits.allow_cycle(found.cycle_id):
                return False
            countries = {found.country, found.other_country} - {None}
            known = parameter not in _OF_NO_COUNTRY and rule is LimitRule.COUNTRIES
            if known and not any(limits.allow_country(one) for one in countries or {None}):
                return False
    return True


def _is_of_user(row: CredentialRow | None) -> bool:
    return row is not None and row.user_id is not None


def _of_cycle(
    cycle_id: Any,  # noqa: ANN401 - a column
    country: ColumnElement[Any] = _NO_COUNTRY,
    other_country: ColumnElement[Any] = _NO_COUNTRY,
) -> Select[Any]:
    return select(
        cycle_id.label("cycle_id"),
        country.label("country"),
        other_country.label("other_country"),
    )


def _country(person: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a table or its alias
    country: ColumnElement[Any] = person.profile["country"].as_string()
    return country


_COACHEE, _COACH = aliased(PersonRow), aliased(PersonRow)
_PAIR = (
    _of_cycle(SessionRow.cycle_id, _country(_COACHEE), _country(_COACH))
    .join(_COACHEE, _COACHEE.id == SessionRow.coachee_id)
    .join(_COACH, _COACH.id == SessionRow.coach_id)
)
_PERSON = _of_cycle(PersonRow.cycle_id, _country(PersonRow))
_CREDENTIAL = "credential_id"
_OBJECTS: Mapping[str, Select[Any]] = {
    "cycle_id": _of_cycle(CycleRow.id).where(CycleRow.id == _ID),
    "plan_id": _of_cycle(PlanRow.cycle_id).where(PlanRow.id == _ID),
    "run_id": _of_cycle(RunRow.cycle_id).where(RunRow.id == _ID),
    "question_id": _of_cycle(PlanRow.cycle_id)
    .join(QuestionRow, QuestionRow.plan_id == PlanRow.id)
    .where(QuestionRow.id == _ID),
    "session_id": _PAIR.where(SessionRow.id == _ID),
    "proposal_id": _PAIR.join(ProposalRow, ProposalRow.session_id == SessionRow.id).where(
        ProposalRow.id == _ID
    ),
    "person_id": _PERSON.where(PersonRow.id == _ID),
    _CREDENTIAL: _PERSON.join(CredentialRow, CredentialRow.person_id == PersonRow.id).where(
        CredentialRow.id == _ID
    ),
    "mail_id": _PERSON.join(MailRow, MailRow.person_id == PersonRow.id).where(MailRow.id == _ID),
    "message_id": _PERSON.join(MailRow, MailRow.person_id == PersonRow.id).where(
        (MailRow.id == _ID) | (MailRow.former_id == _ID)
    ),
    "event_id": _of_cycle(GroupEventRow.cycle_id).where(GroupEventRow.id == _ID),
    "nomination_id": _PERSON.join(NominationRow, NominationRow.person_id == PersonRow.id).where(
        NominationRow.id == _ID
    ),
    "application_id": _of_cycle(ApplicationRow.cycle_id, literal("")).where(
        ApplicationRow.id == _ID
    ),
}
_OF_NO_COUNTRY = frozenset({"cycle_id", "plan_id", "run_id", "event_id"})
