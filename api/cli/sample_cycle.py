"""Loads the sample cycle, using the same use cases as any other cycle."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.background.job import Job
from api.background.job_type import JobContext
from api.cli import admin_facts as facts
from api.cycles.rows import CycleRow
from api.cycles.service import add_cycle
from api.input_files.policy_file import parse_policy_file
from api.input_files.source import NamedFile
from api.invitations.publish import publish_plan
from api.overview import cycles
from api.participants.rows import PersonRow, Side
from api.participants.upload import read_lists, store_lists
from api.personal_links import links
from api.runs import run_queue, run_view
from api.runs.frozen_input import RunOptions
from api.runs.job import RunJob
from api.services import Services
from api.sessions import schedule
from coach.errors import DomainError

_TIME_LIMIT_SECONDS = 60.0
_FICTITIOUS = "@example.org"


@dataclass(frozen=True, slots=True)
class DemoLinks:
    """The names and link secrets of a coachee and a coach."""

    coachee_name: str
    coachee_secret: str
    coach_name: str
    coach_secret: str


def load_sample_cycle(services: Services) -> DemoLinks:
    """Return links for a coachee and a coach with sessions in the oldest cycle.

    If there are no cycles, the sample cycle is first stored and solved, and its plan is published.

    Raises:
        DomainError: the sample cycle could not be solved, or the oldest cycle has no published
            sessions.
    """
    known = cycles.list_cycles(services)
    cycle_id = known[-1].id if known else _load(services)
    with services.database.writing() as tx:
        return _pick_two_people(tx, services, cycle_id)


def contains_only_sample(services: Services) -> bool:
    """Return whether the database contains the sample cycle and no other cycle or person."""
    sample = parse_policy_file(_sample_file("cycle.toml")).policy.cycle.name
    with services.database.reading() as tx:
        names = tx.scalars(select(CycleRow.name)).all()
        real = tx.scalar(
            select(PersonRow.id).where(~PersonRow.email.endswith(_FICTITIOUS)).limit(1)
        )
    return list(names) == [sample] and real is None


def _load(services: Services) -> str:
    cycle_id = _store(services)
    publish_plan(services, _solve(services, cycle_id))
    return cycle_id


def _store(services: Services) -> str:
    """Store the cycle and both lists in one transaction, and return the cycle's id."""
    file = parse_policy_file(_sample_file("cycle.toml"))
    lists = read_lists(_sample_file("coachees.xlsx"), _sample_file("coaches.csv"))
    with services.database.writing() as tx:
        now = services.now()
        cycle_id = add_cycle(tx, file.policy, file.text, now=now).id
        store_lists(tx, cycle_id, lists, now=now)
    return cycle_id


def _solve(services: Services, cycle_id: str) -> str:
    """Solve in this process, because no worker has started yet, and return the plan's id."""
    options = RunOptions(
        time_limit_seconds=_TIME_LIMIT_SECONDS, workers=services.settings.run_workers
    )
    with services.database.writing() as tx:
        run = run_queue.queue_cycle_run(tx, _ignore_job, cycle_id, options, now=services.now())
    RunJob(JobContext(services, services.settings.executor_id))(run.id)
    with services.database.reading() as tx:
        done = run_view.run_view(tx, run.id)
    if done.plan_id is None:
        raise DomainError(facts.NOT_SOLVED(failure=done.failure.detail if done.failure else ""))
    return done.plan_id


def _ignore_job(_tx: Transaction, _job: Job) -> None:
    """Ignore the job, because the run is performed immediately."""


def _pick_two_people(tx: Transaction, services: Services, cycle_id: str) -> DemoLinks:
    sessions = schedule.cycle_schedule(tx, cycle_id)
    if not sessions:
        raise DomainError(facts.NO_PLAN())
    pair = sessions[0]
    secrets = {
        person.side: links.link_of(tx, services.keyring, person.id, now=services.now()).secret
        for person in (pair.coachee, pair.coach)
    }
    return DemoLinks(
        coachee_name=pair.coachee.name,
        coachee_secret=secrets[Side.COACHEE],
        coach_name=pair.coach.name,
        coach_secret=secrets[Side.COACH],
    )


def _sample_file(name: str) -> NamedFile:
    return NamedFile(name, (resources.files("api.participants") / "sample" / name).read_bytes())
