"""Random walks through the life of a pair, with invariants that are checked after each step.

Some steps move the clock. A step that is not possible at that time is refused; the invariants must
hold after a refusal, too.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.accounts.rows import CredentialKind, CredentialRow
from api.coaching.agreements.pairs import visible_pairs
from api.coaching.follow_up import answers, posts
from api.coaching.follow_up.answers import FollowUpAnswer
from api.coaching.follow_up.outcomes import CommitmentOutcome
from api.coaching.follow_up.posts import PostAnswer
from api.coaching.goals import goals
from api.coaching.life.reading import lives_of
from api.consent.alumni import answer_alumni, read_alumni
from api.consent.service import PublicityAnswer
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import AccessRole, Principal, Verification
from api.mail.rows import FOLLOW_UP_KINDS, MailKind, MailRow
from api.own_data.leaving import leave_cycle
from api.participants.rows import PersonRow, Side
from api.personal_links.follow_up_links import authenticate_post
from api.personal_links.links import ensure_links, issue_link
from api.reminders.follow_ups import ROW
from coach.commitments import CommitmentChange, CommitmentEvent
from coach.errors import DomainError
from coach.follow_up import MAX_REMINDERS, PostOutcome
from coach.goals import DropReason
from coach.pair_life import ORDER, LifeState
from tests.api.coaching.afterwards import PairLife
from tests.api.coaching.callers import PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

FINAL = {LifeState.ALUMNUS, LifeState.GONE}
_GRACE = timedelta(days=60)


@dataclass
class PairWalk:
    """A random walk through a pair's life, with the states reached so far."""

    pair: PairLife
    chance: random.Random
    published: bool = False
    reached: list[LifeState] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def run(self, steps: int) -> None:
        """Take the given number of steps, checking the invariants after each."""
        acts: dict[str, Callable[[], object]] = {
            **{f"pass time {number}": self.pass_time for number in range(6)},
            "publish": self.publish,
            "agree": self.pair.agree,
            "commit": self.pair.commit,
            "commit to more": self.pair.commit,
            "set a goal": self.pair.set_goal,
            "complete": lambda: self.pair.complete(self.pair.now),
            "answer": self.answer,
            "record": self.record,
            "answer as post": self.answer_as_post,
            "stay in touch": self.stay_in_touch,
            "new link": self.new_link,
        }
        for _ in range(steps):
            name = self.chance.choice([*acts])
            if self.chance.random() < 0.02:
                name = self.chance.choice(["C-1 leaves", "K-1 leaves", "no more questions"])
            try:
                self.act(name, acts)
                self.done.append(name)
            except DomainError:
                self.done.append(f"{name}: refused")
            self.check()

    def act(self, name: str, acts: dict[str, Callable[[], object]]) -> None:
        if self.has_left() and not name.startswith("pass"):
            return  # none of their links is valid any more; see `check_links`
        if name.endswith("leaves"):
            leave_cycle(self.pair.services, self.pair.principal(name[:3]))
        elif name == "no more questions":
            answers.stop_asking(self.pair.services, self.pair.principal("C-1"))
        else:
            acts[name]()

    def pass_time(self) -> None:
        """Let some days pass, then run the job that sends the questions."""
        self.pair.now += timedelta(days=self.chance.choice((1, 8, 30)))
        self.pair.ask()

    def publish(self) -> None:
        if not self.published:
            result = self.pair.world.result(PAIRS, sessions=4)
            self.pair.world.published(self.pair.id, result)
            self.published = True

    def answer(self) -> None:
        for one in answers.read_follow_ups(self.pair.services, self.asked()).follow_ups:
            if one.is_open and self.chance.random() < 0.5:
                given = FollowUpAnswer(seen=one.version, again=self.chance.random() < 0.8)
                answers.answer_follow_up(self.pair.services, self.asked(), one.id, given)

    def record(self) -> None:
        """Record a random event, often a handover, for each commitment in the follow-ups."""
        event = self.chance.choice([*CommitmentEvent, *[CommitmentEvent.HAND_OVER] * 6])
        hands_over = event is CommitmentEvent.HAND_OVER
        change = CommitmentChange(
            event=event,
            because=DropReason.NO_TIME if event is CommitmentEvent.DROP else None,
            to_post="Chief of personnel" if hands_over else "",
        )
        address = "post@example.org" if hands_over and self.chance.random() < 0.7 else ""
        for one in answers.read_follow_ups(self.pair.services, self.asked()).follow_ups:
            form = answers.read_form(self.pair.services, self.asked(), one.id)
            for commitment in form.commitments:
                outcome = CommitmentOutcome(
                    seen=commitment.version,
                    change=change,
                    ask_post=bool(address),
                    post_address=address,
                )
                answers.record_outcome(
                    self.pair.services, self.asked(), one.id, commitment.id, outcome
                )

    def answer_as_post(self) -> None:
        principal = self.post(self.secret(CredentialKind.POST))
        if principal is not None:
            seen = posts.read_post(self.pair.services, principal).version
            given = PostAnswer(seen=seen, outcome=PostOutcome.UNDER_WAY)
            posts.answer_as_post(self.pair.services, principal, given)

    def stay_in_touch(self) -> None:
        principal = self.asked()
        text = read_alumni(self.pair.services, principal).text
        given = PublicityAnswer(given=self.chance.random() < 0.7, sha256=text.sha256)
        answer_alumni(self.pair.services, principal, given)

    def new_link(self) -> None:
        with self.pair.services.database.writing() as tx:
            keyring, person = self.pair.services.keyring, self.pair.person("C-1")
            if self.chance.random() < 0.5:
                ensure_links(tx, keyring, [person], now=self.pair.now, grace=_GRACE)
            else:
                issue_link(tx, keyring, person, now=self.pair.now, grace=_GRACE)

    def secret(self, kind: CredentialKind) -> str:
        """Return the secret of the latest link of the given kind, or an invalid secret if none."""
        with self.pair.world.database.reading() as tx:
            query = select(CredentialRow.id).where(CredentialRow.kind == kind)
            query = query.where(CredentialRow.person_id == self.pair.person("C-1"))
            found = tx.scalars(query.order_by(CredentialRow.created_at.desc())).first()
        return self.pair.services.keyring.link_secret(found) if found else "none"

    def asked(self) -> Principal:
        """Return the principal of the coachee's follow-up link or, if invalid, their usual link."""
        found = self.pair.opened_with(self.secret(CredentialKind.FOLLOW_UP))
        if found is None:
            return self.pair.principal("C-1")
        return replace(found, verification=Verification.CODE)

    def has_left(self) -> bool:
        with self.pair.world.database.reading() as tx:
            return tx.get_one(PersonRow, self.pair.person("C-1")).left_at is not None

    def post(self, secret: str) -> Principal | None:
        presented = PresentedSecret(secret, SecretSource.PATH)
        with self.pair.world.database.reading() as tx:
            return authenticate_post(tx, presented, self.pair.services.settings, self.pair.now)

    def check(self) -> None:
        """Check all invariants."""
        self.check_states()
        self.check_links()
        self.check_emails()

    def check_states(self) -> None:
        """Check that states, once reached, remain; only staying in touch can change."""
        pair = self.pair
        with pair.services.database.reading() as tx:
            pairs = visible_pairs(tx, Side.COACHEE, pair.person("C-1"))
            lives = lives_of(tx, pairs, now=pair.now)
        states = [step.state for step in lives.get((pair.person("C-1"), pair.person("K-1")), ())]
        assert set(self.reached) - FINAL <= set(states), (self.done, self.reached, states)
        assert states == sorted(states, key=ORDER.__getitem__)
        assert not (LifeState.LEFT in states and LifeState.COMPLETED in states)
        if self.reached and self.reached[-1] in FINAL:
            assert states[-1] in FINAL, (self.done, states)
        self.reached = states

    def check_links(self) -> None:
        """Check that follow-up links open nothing else, and that no link works after leaving."""
        pair, person = self.pair, self.pair.person("C-1")
        with pair.world.database.reading() as tx:
            left = tx.get_one(PersonRow, person).left_at is not None
            query = select(CredentialRow.id, CredentialRow.kind)
            of_coachee = tx.execute(query.where(CredentialRow.person_id == person)).all()
        for identifier, kind in of_coachee:
            secret = pair.services.keyring.link_secret(identifier)
            principal, post = pair.opened_with(secret), self.post(secret)
            if left:
                assert (principal, post) == (None, None), self.done
            if kind is CredentialKind.FOLLOW_UP and principal is not None:
                assert principal.role is AccessRole.FOLLOW_UP
                self.refuses_goals(replace(principal, verification=Verification.CODE))
            if kind is CredentialKind.POST:
                assert principal is None
            if kind in {CredentialKind.LINK, CredentialKind.FOLLOW_UP}:
                assert post is None

    def refuses_goals(self, principal: Principal) -> None:
        try:
            goals.read_goals(self.pair.services, principal, self.pair.person("K-1"))
        except DomainError:
            return
        raise AssertionError(self.done)

    def check_emails(self) -> None:
        """Check that each question is sent once, with at most two reminders, and never too late."""
        kinds = (*FOLLOW_UP_KINDS, MailKind.POST_QUESTION)
        with self.pair.world.database.reading() as tx:
            people = {row.id: row.left_at for row in tx.scalars(select(PersonRow))}
            mails = tx.execute(
                select(MailRow.person_id, MailRow.kind, MailRow.content, MailRow.created_at)
                .where(MailRow.kind.in_(kinds))
                .order_by(MailRow.created_at)
            ).all()
        by_row: dict[str, list[tuple[MailKind, datetime]]] = {}
        for person, kind, content, at in mails:
            left = people[person]
            assert left is None or at <= left, self.done
            by_row.setdefault((content or {})[ROW], []).append((kind, at))
        asked = {row.id: row for row in (*self.pair.follow_ups(), *self.pair.posts())}
        for identifier, sent in by_row.items():
            row = asked[identifier]
            assert len(sent) <= 1 + MAX_REMINDERS, self.done
            assert row.reminders <= MAX_REMINDERS
            assert sent[0][0] is not MailKind.FOLLOW_UP_REMINDER
            assert [kind for kind, _ in sent].count(MailKind.FOLLOW_UP) <= 1
            assert all(row.due <= at.date() <= row.until for _, at in sent), self.done


def walk_of(world: World, seed: int) -> PairWalk:
    """Return a walk for a pair in a new cycle, before its first step."""
    pair = PairLife(world, world.cycle())
    pair.change_policy(follow_up_months=[3, 6])
    return PairWalk(pair, random.Random(seed))
