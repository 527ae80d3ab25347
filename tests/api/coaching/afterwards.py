"""A pair in a published cycle whose people can act at any time, because tests set the clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.accounts.rows import CredentialKind, CredentialRow
from api.coaching.agreements import service
from api.coaching.agreements.rows import FollowUpRow
from api.coaching.agreements.service import AgreementAct, AgreementDecision, AgreementInput
from api.coaching.follow_up import answers
from api.coaching.follow_up.rows import PostQuestionRow
from api.coaching.goals import commitments, goals
from api.coaching.goals.commitments import CommitmentStep, SharingInput
from api.coaching.goals.goals import GoalParts, GoalStep
from api.cycles.rows import CycleRow
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import SYSTEM, AccessRole, Principal, Verification
from api.mail.rows import MailKind, MailRow
from api.mail.settings import MailSettings
from api.personal_links.links import authenticate_link
from api.reminders.follow_ups import write_due_questions
from coach.agreements import AgreementTerms
from coach.commitments import Commitment, CommitmentChange, CommitmentEvent
from coach.goals import Area, GoalChange, GoalEvent, GoalScale, GoalStatement, Reach
from tests.api.coaching.callers import PAIRS, TERMS

if TYPE_CHECKING:
    from conftest import World

    from api.background.job import Job
    from api.services import Services

COMPLETED = datetime(2027, 2, 10, 9, 0, tzinfo=UTC)  # a Wednesday, after the last session
TITLE = "Sign the order on panels"


@dataclass
class PairLife:
    """The pair C-1 and K-1, in a cycle with two sessions per pair, and the events in its life."""

    world: World
    id: str
    now: datetime = datetime(2026, 12, 10, 9, 0, tzinfo=UTC)
    jobs: list[Job] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    instruments: Path | None = None

    @property
    def services(self) -> Services:
        """Services that send email and use the pair's clock."""
        settings = self.world.services.settings.model_copy(
            update={"mail": MailSettings(host="127.0.0.1"), "instruments": self.instruments}
        )
        timed = replace(
            self.world.services,
            settings=settings,
            now=lambda: self.now,
            enqueue=lambda _tx, job: self.jobs.append(job),
        )
        return timed.on_behalf_of(lambda: SYSTEM)

    def person(self, code: str) -> str:
        if code not in self.ids:
            self.ids[code] = self.world.person_id(self.id, code)
        return self.ids[code]

    def principal(self, code: str) -> Principal:
        """Return the principal of a verified person's usual link."""
        role = AccessRole.COACHEE if code.startswith("C") else AccessRole.COACH
        return Principal(
            role, person_id=self.person(code), cycle_id=self.id, verification=Verification.CODE
        )

    def agree(self) -> None:
        """Have the pair make an agreement."""
        coachee, coach = self.principal("C-1"), self.principal("K-1")
        terms = AgreementTerms.model_validate(TERMS | {"focus": tuple(TERMS["focus"])})  # type: ignore[arg-type]
        given = AgreementInput(terms=terms, seen=0)
        service.write_agreement(self.services, coachee, self.person("K-1"), given)
        for person, other, act, seen in (
            (coachee, "K-1", AgreementAct.PROPOSE, 1),
            (coach, "C-1", AgreementAct.AGREE, 2),
        ):
            decision = AgreementDecision(act=act, seen=seen)
            service.decide_agreement(self.services, person, self.person(other), decision)

    def commit(self, title: str = TITLE, *, shared: bool = False) -> str:
        """Have the coachee make a commitment; return its id."""
        coachee, coach = self.principal("C-1"), self.person("K-1")
        given = Commitment(title=title, due=date(2027, 6, 1), area=Area.POLICY)
        one = commitments.add_commitment(self.services, coachee, coach, given)
        step = CommitmentStep(
            seen=one.version, change=CommitmentChange(event=CommitmentEvent.COMMIT)
        )
        commitments.step_commitment(self.services, coachee, coach, one.id, step)
        if shared:
            sharing = SharingInput(title_shared=True)
            commitments.share_title(self.services, coachee, coach, one.id, sharing)
        return one.id

    def set_goal(self) -> str:
        """Have the pair agree on a goal and start it; return its id."""
        coachee, coach = self.principal("C-1"), self.principal("K-1")
        with_coach, with_coachee = self.person("K-1"), self.person("C-1")
        statement = GoalStatement(
            statement="Panels have women", area=Area.PERSONNEL, reach=Reach.UNIT, weight=2
        )
        goal = goals.add_goal(self.services, coachee, with_coach, statement)
        scale = GoalScale(much_less="no change", expected="an order", much_more="a regulation")
        parts = GoalParts(seen=goal.version, scale=scale)
        goal = goals.change_goal(self.services, coachee, with_coach, goal.id, parts)
        for event in (GoalEvent.AGREE, GoalEvent.START):
            step = GoalStep(seen=goal.version, change=GoalChange(event=event))
            goal = goals.step_goal(self.services, coach, with_coachee, goal.id, step)
        return goal.id

    def complete(self, at: datetime = COMPLETED) -> None:
        """Have the coachee record that the pair has finished."""
        self.now = at
        coachee, coach = self.principal("C-1"), self.person("K-1")
        seen = service.read_agreement(self.services, coachee, coach).version
        decision = AgreementDecision(act=AgreementAct.CLOSE, seen=seen)
        service.decide_agreement(self.services, coachee, coach, decision)

    def follow_ups(self) -> list[FollowUpRow]:
        with self.world.database.reading() as tx:
            query = select(FollowUpRow).order_by(FollowUpRow.due, FollowUpRow.side)
            rows = list(tx.scalars(query))
            tx.expunge_all()
        return rows

    def posts(self) -> list[PostQuestionRow]:
        with self.world.database.reading() as tx:
            rows = list(tx.scalars(select(PostQuestionRow).order_by(PostQuestionRow.id)))
            tx.expunge_all()
        return rows

    def ask(self, day: date | None = None, hour: int = 9) -> int:
        """Run the hourly job, at `hour` of `day` if given; return the number of emails created."""
        if day is not None:
            self.now = datetime.combine(day, time(hour), UTC)
        return write_due_questions(self.services)

    def ask_every_day(self, first: date, days: int) -> list[tuple[date, MailKind]]:
        """Run the job on each day; return the days on which it created emails, with their kinds."""
        for day in (first + timedelta(n) for n in range(days)):
            self.ask(day)
        kinds = (MailKind.FOLLOW_UP, MailKind.FOLLOW_UP_REMINDER, MailKind.POST_QUESTION)
        with self.world.database.reading() as tx:
            rows = tx.scalars(
                select(MailRow).where(MailRow.kind.in_(kinds)).order_by(MailRow.created_at)
            )
            return [(row.created_at.date(), row.kind) for row in rows]

    def secret(self, kind: CredentialKind = CredentialKind.FOLLOW_UP) -> str:
        """Return the secret of the latest link of the given kind, whether or not it is valid."""
        with self.world.database.reading() as tx:
            query = select(CredentialRow.id).where(CredentialRow.kind == kind)
            found = tx.scalars(query.order_by(CredentialRow.created_at.desc())).first()
        assert found is not None
        return self.world.services.keyring.link_secret(found)

    def opened_with(self, secret: str) -> Principal | None:
        """Return the principal that a link authenticates now, or `None` if it is not valid."""
        presented = PresentedSecret(secret, SecretSource.PATH)
        with self.world.database.reading() as tx:
            return authenticate_link(tx, presented, self.services.settings, self.now)

    def asked(self) -> Principal:
        """Return the principal of the verified coachee's follow-up link."""
        found = self.opened_with(self.secret())
        assert found is not None
        return replace(found, verification=Verification.CODE)

    def form(self, follow_up_id: str) -> answers.FollowUpForm:
        return answers.read_form(self.services, self.asked(), follow_up_id)

    def change_policy(self, **dates: object) -> None:
        """Change keys of `[cycle]` in the policy."""
        with self.world.database.writing() as tx:
            row = tx.get_one(CycleRow, self.id)
            row.policy = row.policy | {"cycle": row.policy["cycle"] | dates}


def pair_life(world: World) -> PairLife:
    """Publish a plan for a new cycle, and return its first pair."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    pair = PairLife(world, cycle_id)
    pair.change_policy(follow_up_months=[3, 6])
    return pair
