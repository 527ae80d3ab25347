"""A simulated year in the life of a pair over HTTP, from the agreement to the follow-ups.

`docs/tutorial-coaching.md` shows the same year, with pictures that `python -m tests.browser.year`
takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import select

from api.accounts import tokens, users
from api.cycles.rows import CycleRow
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import SYSTEM, AccessRole, Principal, TokenScope, Verification
from api.mail.rows import MailRow
from api.mail.settings import MailSettings
from api.personal_links.links import authenticate_link
from api.personal_links.verified_devices import issue_device
from api.reminders.follow_up_mail import MAIL_COMPOSERS
from api.reminders.follow_ups import write_due_questions
from api.sessions.rows import SessionRow
from coach.sessions import Session
from tests.api.coaching.callers import PAIRS
from tests.api.conftest import World, running

if TYPE_CHECKING:
    from matching.result import Result

CONTRACTING = datetime(2027, 1, 20, 8, 0, tzinfo=UTC)
FIRST = CONTRACTING + timedelta(weeks=1)
SESSIONS, WEEKS = 6, 4
TITLE = "Sign the order on panels with women"
SECOND = "Name a contact for complaints"
POST, ADDRESS = "Chief of personnel, 2nd brigade", "personnel@example.org"
Shoot = Callable[[str, str, dict[str, str]], None]
"""Takes a picture, given its name, a path, and the headers of the request."""


def no_picture(_name: str, _path: str, _headers: dict[str, str]) -> None:
    """Take no picture."""


@dataclass
class Clock:
    """A clock set by the test."""

    now: datetime = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Year:
    """The pair C-1 and K-1, who use pages and routes at the time shown by `clock`."""

    world: World
    client: httpx.Client
    clock: Clock
    shoot: Shoot = no_picture
    cycle_id: str = ""
    links: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Publish a plan with a contracting session and six other sessions, four weeks apart."""
        self.cycle_id = self.world.cycle()
        with self.world.database.writing() as tx:
            row = tx.get_one(CycleRow, self.cycle_id)
            dates = row.policy["cycle"] | {"follow_up_months": [3, 6]}
            row.policy = row.policy | {"cycle": dates}
        self.world.published(self.cycle_id, _monthly(self.world.result(PAIRS, sessions=SESSIONS)))
        for code in ("C-1", "K-1", "C-3"):
            self.links[code] = self.world.link(self.cycle_id, code).secret

    def id(self, code: str) -> str:
        return self.world.person_id(self.cycle_id, code)

    def sessions(self) -> list[str]:
        """Return the pair's session ids in order of number, from the contracting session (0)."""
        with self.world.database.reading() as tx:
            query = select(SessionRow.id).where(SessionRow.coachee_id == self.id("C-1"))
            return list(tx.scalars(query.order_by(SessionRow.number)))

    def device(self, link: str) -> str:
        """Verify the holder of a link on a new device, as if with a code; return the device key."""
        presented = PresentedSecret(link, SecretSource.PATH)
        with self.world.database.writing() as tx:
            holder = authenticate_link(tx, presented, self.world.services.settings, self.clock.now)
            assert holder is not None
            method = Verification.CODE
            return issue_device(tx, holder, method, "", remember=False, now=self.clock.now).secret

    def headers(self, code: str) -> dict[str, str]:
        link = self.links[code]
        return {"X-Device-Key": self.device(link), "Sec-Fetch-Site": "same-origin"}

    def call(self, code: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Call an API route as a person; return the JSON of the response."""
        headers = self.headers(code) | {"Authorization": f"Bearer {self.links[code]}"}
        answer = self.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def page(self, code: str, path: str, form: dict[str, Any] | None = None) -> httpx.Response:
        """Open one of a person's pages, or submit a form to it and follow the redirect."""
        method = "GET" if form is None else "POST"
        address = f"/p/{self.links[code]}{path}"
        headers = self.headers(code)
        answer = self.client.request(method, address, data=form, headers=headers)
        if answer.is_redirect:
            answer = self.client.get(answer.headers["location"], headers=headers)
        assert answer.is_success, answer.text
        return answer

    def picture(self, name: str, code: str, path: str) -> None:
        self.shoot(name, f"/p/{self.links[code]}{path}", self.headers(code))

    def office(self) -> dict[str, str]:
        """Return a header that contains a new token for a manager."""
        with self.world.database.writing() as tx:
            user = users.ensure_manager(tx, "manager", now=self.clock.now)
            self.world.give_factor(tx, user)
            principal = Principal(AccessRole.MANAGER, user_id=user, confirmed_at=self.clock.now)
            token = tokens.issue_token(
                tx,
                principal,
                "year",
                now=self.clock.now,
                lifetime=timedelta(days=1),
                scopes=tuple(TokenScope),
            )
        return {"Authorization": f"Bearer {token.secret}"}

    def ask(self) -> dict[str, str]:
        """Run the hourly job; return the path of the link in each email, keyed by recipient."""
        services = replace(
            self.world.services,
            settings=self.world.services.settings.model_copy(
                update={"mail": MailSettings(host="127.0.0.1")}
            ),
            now=self.clock,
            enqueue=lambda _tx, _job: None,
        ).on_behalf_of(lambda: SYSTEM)
        write_due_questions(services)
        found = {}
        with services.database.reading() as tx:
            for mail in tx.scalars(
                select(MailRow).where(
                    MailRow.kind.in_(MAIL_COMPOSERS), MailRow.created_at == self.clock.now
                )
            ):
                composed = MAIL_COMPOSERS[mail.kind](tx, services, mail)
                assert composed is not None
                message = message_from_bytes(composed.content, policy=policy.default)
                text = str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]
                (found[composed.recipient],) = re.findall(r"/p/\S+", text)
        return found


def _monthly(result: Result) -> Result:
    """Return the result with contracting sessions, and with the other sessions four weeks apart."""
    matches = tuple(
        match.model_copy(
            update={
                "sessions": (
                    _contracting(match.sessions[0]),
                    *(_later(one, (WEEKS - 1) * (one.number - 1)) for one in match.sessions),
                )
            }
        )
        for match in result.matches
    )
    return result.model_copy(update={"matches": matches})


def _contracting(first: Session) -> Session:
    start = first.start - timedelta(weeks=1)
    return Session(uid=f"{first.uid}-0", number=0, start=start, end=start + timedelta(minutes=30))


def _later(one: Session, weeks: int) -> Session:
    later = timedelta(weeks=weeks)
    return one.model_copy(update={"start": one.start + later, "end": one.end + later})


@contextmanager
def year_of(world: World, shoot: Shoot = no_picture) -> Iterator[Year]:
    """Run a server that uses the clock of the yielded year."""
    clock = Clock()
    with running(world.services.settings, now=clock) as client:
        year = Year(world, client, clock, shoot)
        year.begin()
        yield year


def nominate(year: Year) -> None:
    """Record, on the office's page, the letter that nominates two coachees."""
    letter = {"nominated_by": "General Staff", "letter": "12-4/2026", "nominated_on": "2026-12-01"}
    form = letter | {"chosen": f"{year.id('C-1')} {year.id('C-3')}"}
    office_page(year, "/nominations", form)


def office_page(year: Year, path: str, form: dict[str, str]) -> None:
    """Submit one of the office's forms about the cycle."""
    address = f"/cycles/{year.cycle_id}{path}"
    answer = year.client.post(address, data=form, headers=year.office())
    assert answer.is_redirect, answer.text


def plan_presentation(year: Year) -> None:
    """Have the office plan the day on which the coachees present their plans to each other."""
    event = {
        "kind": "plan_presentation",
        "title": "Plans of the cycle",
        "timezone": "Europe/Belgrade",
        "day_1": "2027-06-18",
        "clock_1": "09:00",
        "minutes": "180",
        "place": "Hall 2",
        "audience": "coachees",
        "required": "true",
    }
    office_page(year, "/events", event)


def agree(year: Year) -> None:
    """Make the agreement on the pages, during the contracting session."""
    year.picture("year-contracting", "C-1", "")
    year.clock.now = CONTRACTING + timedelta(minutes=20)
    mine, theirs = f"/coaching/{year.id('K-1')}", f"/coaching/{year.id('C-1')}"
    terms = {
        "purpose": "Women sit on every selection panel",
        "focus": ["B8", "A3"],
        "sessions": "6",
        "mode": "in_person",
        "language": "sr",
        "seen": "0",
        "contact": "mail",
        "delegates": "observer",
    }
    year.page("C-1", f"{mine}/agreement", terms)
    year.page("C-1", f"{mine}/agreement/decision", {"act": "propose", "seen": "1"})
    year.page("K-1", f"{theirs}/agreement/decision", {"act": "agree", "seen": "2"})
    year.picture("year-agreement", "C-1", f"{mine}/agreement")


def set_goal_and_commit(year: Year) -> str:
    """Agree on a goal, and make two commitments, one of them shared; return the goal's id."""
    coach, coachee = year.id("K-1"), year.id("C-1")
    goals, work = f"/me/pairs/{coach}/goals", f"/me/pairs/{coach}/commitments"
    statement = {"statement": "Panels have women", "area": "personnel", "reach": "unit"}
    goal = year.call("C-1", "POST", goals, statement)
    scale = {"much_less": "no woman on a panel", "expected": "one on each", "much_more": "half"}
    year.call("C-1", "PATCH", f"{goals}/{goal['id']}", {"seen": 1, "scale": scale})
    for seen, event in ((2, "agree"), (3, "start")):
        step = {"seen": seen, "change": {"event": event}}
        year.call("K-1", "POST", f"/me/pairs/{coachee}/goals/{goal['id']}/step", step)
    for title, due in ((TITLE, "2027-06-01"), (SECOND, "2027-10-01")):
        given = {"title": title, "due": due, "area": "policy", "unit_scope": "2nd brigade"}
        one = year.call("C-1", "POST", work, given)
        for seen, event in ((1, "commit"), (2, "start")):
            step = {"seen": seen, "change": {"event": event}}
            year.call("C-1", "POST", f"{work}/{one['id']}/step", step)
    year.call("C-1", "PUT", f"{work}/{one['id']}/sharing", {"title_shared": True})
    year.picture("year-commitments", "C-1", f"/coaching/{coach}/commitments")
    found: str = goal["id"]
    return found


def hold(year: Year, number: int, attendance: str = "held") -> None:
    """Have the coach write a session's record on the day after the session."""
    session = year.sessions()[number]
    with year.world.database.reading() as tx:
        start = tx.get_one(SessionRow, session).starts_at
    year.clock.now = max(year.clock.now, start + timedelta(days=1))
    record = {
        "session_date": f"{start:%Y-%m-%d}",
        "attendance": attendance,
        "topic": "Who sits on the panels" if number else "How we work together",
        "minutes": 90 if number else 30,
    }
    year.call("K-1", "PUT", f"/sessions/{session}/record", record)


def go_on_leave(year: Year, number: int) -> None:
    """Have the coachee decline a session because of leave, and have the office move it."""
    session = year.sessions()[number]
    year.clock.now = FIRST + timedelta(weeks=WEEKS * (number - 2), days=7)
    year.call("C-1", "PUT", f"/sessions/{session}/reply", {"reply": "declined"})
    move = {"start": "2027-03-29T08:00Z", "reason": "on leave until then"}
    answer = year.client.post(f"/api/v1/sessions/{session}/move", json=move, headers=year.office())
    assert answer.is_success, answer.text


def leave_early(year: Year) -> None:
    """Have another coachee leave the cycle, and the office record the reason."""
    headers, address = year.headers("C-3"), f"/p/{year.links['C-3']}/details/leave"
    answer = year.client.post(address, data={"leave": "true"}, headers=headers)
    assert not answer.is_error, answer.text
    given = {"coach_id": year.id("K-2"), "reason": "deployment", "whose": "coachee", "seen": "0"}
    office_page(year, f"/early-ends/{year.id('C-3')}", given)
    year.shoot("year-early-end", f"/cycles/{year.cycle_id}/early-ends", year.office())


def rate(year: Year, goal: str, moment: str, level: int) -> None:
    """Have the coachee rate the goal."""
    path = f"/me/pairs/{year.id('K-1')}/goals/{goal}/ratings"
    year.call("C-1", "PUT", path, {"moment": moment, "by": "coachee", "level": level})


def finish(year: Year) -> None:
    """Finish the first commitment with evidence, and close the agreement."""
    coach = year.id("K-1")
    (first, *_) = year.call("C-1", "GET", f"/me/pairs/{coach}/commitments")["commitments"]
    work = f"/me/pairs/{coach}/commitments/{first['id']}"
    evidence = {"kind": "order", "reference": "order 12-4/2027", "day": "2027-05-20"}
    year.call("C-1", "POST", f"{work}/evidence", evidence)
    step = {"seen": first["version"] + 1, "change": {"event": "finish"}}
    year.call("C-1", "POST", f"{work}/step", step)
    seen = year.call("C-1", "GET", f"/me/pairs/{coach}/agreement")["version"]
    decision = {"act": "close", "seen": str(seen)}
    year.page("C-1", f"/coaching/{coach}/agreement/decision", decision)
    year.picture("year-finished", "C-1", "/follow-up")


def live_until_the_end(year: Year) -> None:
    """Simulate the time from the nomination to the end of the agreement.

    After the contracting session, there are six sessions, one with a delegate, and one moved
    because of leave. Another pair ends early.
    """
    nominate(year)
    agree(year)
    hold(year, 0)
    year.clock.now = FIRST + timedelta(minutes=20)
    goal = set_goal_and_commit(year)
    hold(year, 1)
    hold(year, 2, "delegate_attended")
    go_on_leave(year, 3)
    hold(year, 3)
    rate(year, goal, "mid", -1)
    hold(year, 4)
    leave_early(year)
    plan_presentation(year)
    for number in (5, 6):
        hold(year, number)
    rate(year, goal, "end", 0)
    finish(year)


def follow_up(year: Year) -> str:
    """Answer the first follow-up, handing over the second commitment; return the form's path."""
    year.clock.now = datetime(2027, 9, 17, 9, 0, tzinfo=UTC)
    path = year.ask()["c1@example.org"]
    link, _, rest = path.removeprefix("/p/").partition("/")
    year.links["C-1"] = link
    form = f"/{rest}"
    page = year.page("C-1", form).text
    ids = re.findall(r"/commitments/(\w{20})", page)
    seen = dict(zip(ids, re.findall(r'name="seen"\s+value="(\d+)"', page)[: len(ids)], strict=True))
    commitment = ids[-1]
    given = {"seen": seen[commitment], "event": "hand_over", "to_post": POST}
    given |= {"ask_post": "true", "post_address": ADDRESS}
    year.picture("year-follow-up", "C-1", form)
    year.page("C-1", f"{form}/commitments/{commitment}", given)
    (goal,) = re.findall(r'name="(rating-\w+)"', page)
    (questions,) = re.findall(r'name="sha256"\s+value="(\w+)"', page)
    given = {"seen": "0", "again": "true", goal: "1", "sha256": questions}
    year.page("C-1", form, given | {"q.helped.superior": "on", "q.hindered.post": "on"})
    (sha256,) = re.findall(r'name="sha256"\s+value="(\w+)"', year.page("C-1", "/follow-up").text)
    year.page("C-1", "/follow-up/alumni", {"sha256": sha256, "given": "true"})
    year.picture("year-answered", "C-1", "/follow-up")
    return form


def ask_the_post(year: Year) -> None:
    """Have the post that took over the commitment answer, and then the coachee once more."""
    year.clock.now = datetime(2027, 12, 17, 9, 0, tzinfo=UTC)
    asked = year.ask()
    page = asked[ADDRESS]
    year.shoot("year-post", page, {})
    given = {"seen": "0", "outcome": "done", "kind": "order"}
    given |= {"reference": "order 31-2/2027", "day": "2027-12-01"}
    answer = year.client.post(page, data=given, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.is_redirect, answer.text
    own = asked["c1@example.org"].removeprefix("/p/").partition("/")
    year.page("C-1", f"/{own[2]}", {"seen": "0", "again": "true"})
