"""Publishing killed by SIGKILL: a plan is published with each invitation once, or stays a draft."""

from __future__ import annotations

import random
import time
from collections import Counter

from sqlalchemy import select

from api.mail.rows import MailRow
from api.runs.rows import PlanRow, PlanState
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds
from tests.force.victims import Victim, publish_drafts
from tests.force.writer_killed import is_sound

TIMES = 10_000
MUST = "0 invitations lost, 0 duplicates"
_KILLS_A_THOUSAND = 5
_SESSIONS = 25
_A_PLAN = 2 * 2 * _SESSIONS  # two pairs, and two participants per session
_FIRST_WITHIN_SECONDS = 20.0
_LONGEST_AFTER_FIRST_SECONDS = 0.06


def measure(times: int, database: str) -> Figure:
    """Publish plans with a total of `times` invitations while killing the publisher."""
    started = time.monotonic()
    rng = random.Random(20_270_120)
    kills = max(1, times * _KILLS_A_THOUSAND // 1000)
    plans = max(1, times // _A_PLAN)
    killed = lost = twice = 0
    with deployment(database) as world:
        for number in range(plans):
            _draft(world, number)
        while True:
            publisher = Victim(publish_drafts, world.services.settings)
            if killed < kills:
                publisher.wait_for_first(_FIRST_WITHIN_SECONDS)
                time.sleep(rng.uniform(0, _LONGEST_AFTER_FIRST_SECONDS))
                killed += publisher.at_work
            else:
                publisher.wait_for_end()
            publisher.kill()
            lost, twice, waiting = _outbox(world)
            if lost or twice or not waiting:
                break
        sound = is_sound(world)
    return Figure(
        f"publisher of {plans * _A_PLAN} invitations killed {killed} times, {database}",
        f"{lost} lost, {twice} duplicates, {seconds(started)}",
        MUST,
        not lost and not twice and sound,
    )


def _draft(world: World, number: int) -> None:
    """Create a cycle with a draft plan of two pairs."""
    cycle_id = world.cycle()
    pairs = {"C-1": "K-1", "C-2": "K-2"}
    world.plan(cycle_id, world.result(pairs, first_day=20 + number % 5, sessions=_SESSIONS))


def _outbox(world: World) -> tuple[int, int, int]:
    """Return the numbers of missing invitations, duplicate or premature invitations, and drafts."""
    with world.database.reading() as tx:
        states = dict(map(tuple, tx.execute(select(PlanRow.id, PlanRow.state)).all()))
        messages = tx.execute(select(MailRow.plan_id, MailRow.session_id, MailRow.person_id)).all()
    once = Counter(map(tuple, messages))
    of_plan = Counter(plan_id for plan_id, _, _ in once)
    published = [plan_id for plan_id, state in states.items() if state is PlanState.PUBLISHED]
    lost = sum(_A_PLAN - of_plan[plan_id] for plan_id in published)
    twice = sum(times - 1 for times in once.values())
    early = sum(of_plan[plan_id] for plan_id in states.keys() - set(published))
    return lost, twice + early, len(states) - len(published)


if __name__ == "__main__":
    command("Publishing killed at random", measure, TIMES, DATABASES)
