"""Two people with a marker in every field go through a cycle and are erased.

Afterwards, no marker is found anywhere.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import inspect, or_, select, text

from api.coaching.agreements.rows import AgreementRow, AgreementTextRow, FitAnswerRow
from api.coaching.goals.rows import CommitmentRow, GoalRatingRow, GoalRow
from api.cycles import service as cycles
from api.data_protection import subject_access as person_rights
from api.database.types import new_id
from api.http.principal import AccessRole, Principal, Verification
from api.invitations.announce import SessionChange, announce
from api.mail.rows import UNDELIVERED_STATES, MailRow
from api.overview import statistics as figures
from api.participants.rows import PersonRow, Side
from api.personal_links import links
from api.personal_links.verified_devices import issue_device
from api.session_reports import feedback as feedback_reports
from api.session_reports import notes, records
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.rows import SessionRow
from api.sessions.schedule import own_session
from coach.agreements import AgreementState
from coach.feedback import Action, Feedback, Note, SharedRecord
from coach.sessions import Attendance, Reply
from tests.api.conftest import ANY_VERSION
from tests.api.following import over
from tests.instruments import AFTER_SESSION
from tests.mail_server import MailServer

if TYPE_CHECKING:
    from conftest import World
    from sqlalchemy.orm import Session as Transaction


API = "/api/v1"
DAY = timedelta(days=1)
TODAY = datetime.now(UTC)
LONG_AFTER = TODAY + 400 * DAY
WEEK = "Mon 09:00-16:00; Tue 09:00-16:00; Wed 09:00-16:00"
PERSON = "id,name,email,country,languages,availability,rank,unit,topics"
MARKS = {
    Side.COACHEE: re.compile(r"qzcoachee\w*", re.IGNORECASE),
    Side.COACH: re.compile(r"qzcoach(?!ee)\w*", re.IGNORECASE),
}


def _marked(mark: str, name: str, country: str, rank: str, week: str = WEEK) -> str:
    return (
        f"{mark}Code,{name} {mark}Surname,{mark}Mail@{mark}Domain.example,{country},en:C1,"
        f"{week},{rank},{mark}Unit,{mark}Topic;both"
    )


def _lists(name: str, coach_week: str = WEEK) -> dict[str, tuple[str, bytes]]:
    """Return lists of four coachees and three coaches, each with a capacity of one.

    One person on each side has markers.
    """
    coachees = [
        f"{_marked('QzCoachee', name, 'RS', 'OF-4')},QzCoachCode;K-2,K-3,commander",
        *(
            f"C-{n},Coachee {n},c{n}@example.org,RS,en:C1,{WEEK},OF-4,u{n},both,"
            f"{'QzCoachCode' * (n == 2)},{'QzCoachCode' * (n == 3)},commander"
            for n in (2, 3, 4)
        ),
    ]
    marked = _marked("QzCoach", name.replace("Coachee", "Coach"), "ME", "OF-5", coach_week)
    coaches = [
        f"{marked},,1,C-4",
        *(
            f"K-{n},Coach {n},k{n}@example.org,ME,en:C1,{WEEK},OF-5,v{n},both,"
            f"{'QzCoacheeCode' * (n == 3)},1,{' qzcoacheecode' * (n == 3)}"
            for n in (2, 3)
        ),
    ]
    return {
        "coachees": ("coachees.csv", _sheet("prefers,refuses,role", coachees)),
        "coaches": ("coaches.csv", _sheet("refuses,capacity,chain_of_command", coaches)),
    }


def _sheet(columns: str, rows: list[str]) -> bytes:
    return "\n".join([f"{PERSON},{columns}", *rows]).encode()


def _policy(hours: int) -> str:
    start = TODAY - 60 * DAY
    return (
        f"[cycle]\nstart = {start:%Y-%m-%d}\nend = {start + 200 * DAY:%Y-%m-%d}\n"
        "# QzCoacheeName QzCoacheeSurname (QzCoacheeCode) asked for mornings of QzCoachCode\n"
        "[sessions]\ncount = 6\nmin_gap_days = 14\nmax_gap_days = 35\n"
        '[calendar]\npublic_holidays = false\n[pins]\nQzCoacheeCode = "QzCoachCode"\n'
        '[bans]\n"C-4" = ["QzCoachCode"]\n'
        f"[timetable]\nhours = {hours}\nrhythm = 40\n[timetable.preferred_by]\n"
        '"QzCoacheeCode" = ["Mon 09:00-12:00"]\n"C-2" = ["Mon 09:00-15:00"]\n'
    )


class Life:
    """The events of a cycle that involve the two people with markers."""

    def __init__(self, world: World, office: httpx.Client, server: MailServer) -> None:
        self._world, self._office, self._server = world, office, server
        made = office.post(f"{API}/cycles", content=_policy(10).encode())
        assert made.is_success, made.text
        self.cycle_id: str = made.json()["id"]

    def upload_lists(self, *lists: str) -> None:
        files = _lists(*lists)
        brought = self._office.put(
            f"{API}/cycles/{self.cycle_id}/people", files=files, headers=ANY_VERSION
        )
        assert brought.is_success, brought.text

    def plan(self) -> str:
        return self._made(f"cycles/{self.cycle_id}/runs", json={"time_limit_seconds": 60})

    def what_if(self) -> str:
        return self._made(f"cycles/{self.cycle_id}/what-if", content=_policy(5).encode())

    def _made(self, place: str, **asked: Any) -> str:  # noqa: ANN401 - as httpx has it
        plan: str = self._over(self._office.post(f"{API}/{place}", **asked))["plan_id"]
        return plan

    def _over(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
        ended = over(self._office, answer.headers["location"])
        assert ended["state"] == "finished", ended
        return ended

    def publish(self, plan_id: str) -> None:
        """Publish a plan and have its messages sent."""
        assert self._office.post(f"{API}/plans/{plan_id}/publish", headers=ANY_VERSION).is_success
        until = {"until": datetime.now(UTC).isoformat()}
        place = f"{API}/cycles/{self.cycle_id}/outbox/post"
        assert self._office.post(place, json=until).is_success
        self._await_mails()

    def place_sessions(self, code: str, **change: str) -> None:
        """Set the place or topic of all the person's sessions."""
        person_id = self.person_id(code)
        with self._world.database.writing() as tx:
            of_person = or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id)
            for session in tx.scalars(select(SessionRow).where(of_person)).all():
                given = SessionChange.model_validate(change)
                announce(tx, session, given, now=session.starts_at - timedelta(days=1))

    def _await_mails(self) -> None:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            with self._world.database.reading() as tx:
                left = tx.scalars(select(MailRow.id).where(MailRow.state.in_(UNDELIVERED_STATES)))
                if not left.all():
                    return
            time.sleep(0.2)
        pytest.fail("the emails were not sent in time")

    def submit_all_reports(self) -> None:
        """Submit replies, records, notes and feedback on sessions, with markers of both people."""
        with self._world.database.reading() as tx:
            sessions = schedule.cycle_schedule(tx, self.cycle_id)
        coaches = {one.coach.id: self._world.coach_with_notebook(one.coach.id) for one in sessions}
        with self._world.database.writing() as tx:
            for number, session in enumerate(
                one for one in sessions if one.coachee.code == "QzCoacheeCode"
            ):
                coach = coaches[session.coach.id]
                coachee = Principal(AccessRole.COACHEE, person_id=session.coachee.id)
                if session.end > TODAY:
                    for principal in (coach, coachee):
                        said = ReplyInput(
                            reply=Reply.DECLINED, comment="qzcoachdomain? no. QzCoacheeSurname"
                        )
                        replies.store_reply(
                            tx,
                            self._world.services,
                            principal,
                            own_session(tx, principal, session.id),
                            said,
                            now=TODAY,
                        )
                    continue
                record = SharedRecord(
                    session_date=session.end.date(),
                    attendance=Attendance.HELD,
                    topic="QzCoacheeTopic",
                    actions=(
                        Action(text="QzCoachName writes to QzCoacheeMail@QzCoacheeDomain.example"),
                    ),
                    next_focus="QzCoacheeUnit",
                )
                feedback = Feedback(
                    attendance=Attendance.HELD,
                    answers={"useful": 4},
                    text=f"QzCoachSurname was good {number}",
                )
                note, now = Note(text="QzCoacheeName QzCoachName"), TODAY
                keyring = self._world.services.keyring
                records.store_record(tx, coach, own_session(tx, coach, session.id), record, now=now)
                notes.store_note(
                    tx, keyring, coach, own_session(tx, coach, session.id), note, now=now
                )
                feedback_reports.store_feedback(
                    tx,
                    coachee,
                    own_session(tx, coachee, session.id),
                    feedback,
                    instrument=AFTER_SESSION,
                    now=now,
                )

    def write_goals(self) -> None:
        """Store agreements, goals and commitments of two pairs, all naming the two people."""
        pairs = (("QzCoacheeCode", "QzCoachCode", "QzCoacheeUnit"), ("C-2", "K-2", ""))
        with self._world.database.writing() as tx:
            for coachee, coach, unit in pairs:
                ids = self.person_id(coachee), self.person_id(coach)
                said = f"QzCoacheeName QzCoacheeSurname and QzCoachSurname {unit}"
                _store_goals(tx, self.cycle_id, ids, said)

    def change_address(self, code: str, address: str) -> None:
        """Change a person's email address, using the code that is sent to them."""
        services, person_id = self._world.services, self.person_id(code)
        now = services.now()
        with services.database.writing() as tx:
            link = links.issue_link(tx, services.keyring, person_id, now=now, grace=60 * DAY)
            role = AccessRole.COACHEE if "Coachee" in code else AccessRole.COACH
            person = Principal(role, person_id=person_id, credential_id=link.id)
            device = issue_device(tx, person, Verification.CODE, "", remember=True, now=now)
        headers = {"Authorization": f"Bearer {link.secret}", "X-Device-Key": device.secret}
        with httpx.Client(base_url=self._office.base_url, headers=headers) as browser:
            before = len(self._server.taken)
            asked = browser.post(f"{API}/me/address", json={"address": address})
            assert asked.status_code == HTTPStatus.ACCEPTED, asked.text
            typed = self._server.wait_for_code(after=before)
            confirmed = browser.post(f"{API}/me/address/confirm", json={"code": typed})
            assert confirmed.is_success, confirmed.text

    def ask_all_questions(self, plan_id: str) -> None:
        questions = f"{API}/plans/{plan_id}/questions"
        for code in ("QzCoacheeCode", "C-2", "C-3"):
            about = {"kind": "explain", "person_id": self.person_id(code)}
            self._over(self._office.post(questions, json=about))
        for asked in (
            {"kind": "advise"},
            {"kind": "replace", "person_id": self.person_id("QzCoacheeCode")},
        ):
            self._over(self._office.post(questions, json=asked))

    def person_id(self, code: str) -> str:
        with self._world.database.reading() as tx:
            found = select(PersonRow.id).where(
                PersonRow.cycle_id == self.cycle_id, PersonRow.code == code
            )
            return str(tx.scalars(found).one())


def _store_goals(tx: Transaction, cycle_id: str, pair: tuple[str, str], said: str) -> None:
    """Store an agreement, goals and commitments of a pair, with `said` in every text field."""
    agreement_id, (coachee_id, coach_id) = new_id(), pair
    changes = {"version": 1, "created_at": TODAY, "changed_at": TODAY}
    tx.add(
        AgreementRow(
            id=agreement_id,
            cycle_id=cycle_id,
            coachee_id=coachee_id,
            coach_id=coach_id,
            state=AgreementState.AGREED,
            **changes,
        )
    )
    tx.flush()
    terms = {"sessions": 6, "mode": "online", "language": "en", "contact": "none"}
    tx.add(
        AgreementTextRow(
            agreement_id=agreement_id,
            number=1,
            purpose=said,
            focus=["B1", "B2"],
            delegates="none",
            written_by=Side.COACH,
            **terms,
        )
    )
    tx.add(
        FitAnswerRow(
            coachee_id=coachee_id,
            coach_id=coach_id,
            side=Side.COACHEE,
            cycle_id=cycle_id,
            fit="good",
            answered_at=TODAY,
        )
    )
    shared = {"agreement_id": agreement_id, "area": "policy", "nap_pillar": "protection"}
    shared |= {"nap_reference": said, "to_post": said, **changes}
    goal = GoalRow(
        id=new_id(),
        state="handed_over",
        written_by=Side.COACH,
        statement=said,
        reach="unit",
        weight=1,
        scale={"much_less": said, "expected": said, "much_more": said},
        indicator={"name": said},
        verification="order",
        **shared,
    )
    tx.add(goal)
    texts = dict.fromkeys(("title", "unit_scope", "owner_role", "needs_approval_of"), said)
    evidence = [{"kind": "order", "reference": said, "day": "2026-01-28"}]
    tx.add(
        CommitmentRow(
            state="done", due=TODAY.date(), title_shared=True, evidence=evidence, **texts, **shared
        )
    )
    tx.flush()
    tx.add(
        GoalRatingRow(
            goal_id=goal.id,
            moment="end",
            by="coachee",
            rater_id=coachee_id,
            instrument="goal_attainment",
            instrument_version="1",
            level=1,
            rated_at=TODAY,
        )
    )


def _tables(world: World) -> dict[str, str]:
    """Return every row of every table in the database, including the job engine's tables."""
    looked = inspect(world.database.engine)
    schemas = [None] if world.database.is_sqlite else ["public", "dbos"]
    names = {
        table: f'"{schema}"."{table}"' if schema else f'"{table}"'
        for schema in schemas
        for table in looked.get_table_names(schema=schema)
    }
    with world.database.reading() as tx:
        return {
            table: repr([tuple(row) for row in tx.execute(text(f"SELECT * FROM {name}"))])  # noqa: S608 - tables that are there
            for table, name in names.items()
        }


def _found(world: World, side: Side) -> dict[str, set[str]]:
    """Return the markers of one side that are still stored, keyed by location."""
    places = _tables(world)
    if world.database.is_sqlite:
        for path in world.services.settings.data_dir.rglob("*"):
            if path.is_file():
                places[path.name] = path.read_bytes().decode("latin-1")
    found = {place: set(MARKS[side].findall(content)) for place, content in places.items()}
    return {place: words for place, words in found.items() if words}


def _exports(world: World, cycle_id: str) -> str:
    with world.database.writing() as tx:
        ids = tx.scalars(select(PersonRow.id).where(PersonRow.cycle_id == cycle_id)).all()
        return "".join(
            person_rights.subject_access_report(tx, one).model_dump_json() for one in ids
        )


@pytest.mark.slow
def test_erased_people_are_not_named_anywhere(
    world: World, sending: httpx.Client, server: MailServer
) -> None:
    life = Life(world, sending, server)
    life.upload_lists("QzCoacheeFormer")
    life.upload_lists("QzCoacheeName")
    first = life.plan()
    told = sending.get(f"{API}/plans/{first}").text
    assert "one more place with QzCoachName QzCoachSurname (QzCoachCode)" in told
    life.publish(first)
    life.place_sessions("QzCoacheeCode", place="QzCoacheeRoom")
    life.place_sessions("QzCoachCode", topic="QzCoachTopic")
    life.submit_all_reports()
    life.write_goals()
    life.change_address("QzCoacheeCode", "QzCoacheeOther@example.org")
    life.change_address("QzCoachCode", "QzCoachOther@example.org")
    life.ask_all_questions(first)
    life.upload_lists("QzCoacheeName", "Thu 09:00-16:00; Wed 14:00-16:00")
    second = life.plan()
    told = sending.get(f"{API}/plans/{second}").text
    assert "QzCoacheeCode and QzCoachCode are not free at the old time" in told
    assert "QzCoacheeCode" in sending.get(f"{API}/plans/{second}/comparison").text
    life.publish(second)
    life.what_if()
    spoken_of = {"cycles", "people", "plans", "questions", "runs", "replies", "session_actions"}
    spoken_of |= {"agreement_texts", "goals", "commitments"}
    assert {*spoken_of, "shared_records"} <= _found(world, Side.COACHEE).keys()
    assert {*spoken_of, "feedback"} <= _found(world, Side.COACH).keys()

    for side, code in ((Side.COACHEE, "QzCoacheeCode"), (Side.COACH, "QzCoachCode")):
        with world.database.reading() as tx:
            before = figures.cycle_statistics(tx)
        with world.database.writing() as tx:
            person_rights.erase_person(tx, life.person_id(code), now=LONG_AFTER)
        world.database.purge_deleted_data()
        left = _found(world, side)
        # Email jobs are partitioned by domain, and deleted a week after they have ended.
        assert left.keys() <= {"workflow_status", "gender-coach.sqlite"}
        assert {word.lower() for words in left.values() for word in words} <= {
            f"qz{side.value}domain"
        }
        assert not MARKS[side].search(_exports(world, life.cycle_id))
        with world.database.reading() as tx:
            assert figures.cycle_statistics(tx) == before
            row = cycles.cycle_row(tx, life.cycle_id)
            assert "[sessions]" in row.source, "the file that the cycle was read from is kept"
    plan = sending.get(f"{API}/plans/{second}").json()
    assert len(plan["result"]["matches"]) == 3
    for page in (
        f"/plans/{second}",
        f"/plans/{second}/compare?before={first}",
        f"/cycles/{life.cycle_id}",
    ):
        shown = sending.get(page)
        assert shown.is_success, page
        assert not re.search("qzcoach", shown.text, re.IGNORECASE)
