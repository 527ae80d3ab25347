"""The number of queries needed to read a cycle does not depend on the number of rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from api.coaching.agreements.office_pages import read_office_page
from api.coaching.goals.office import read_counts
from api.coaching.instruments.office import read_answers
from api.coaching.instruments.service import open_questions
from api.http.principal import AccessRole, Principal
from api.invitations.outbox import list_outbox
from api.overview import cycles as overview_cycles
from api.participants import service as people
from api.plans import plan_details
from api.runs import run_view
from api.sessions import schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World


def _read_everything(world: World, cycle_id: str) -> dict[str, Callable[[], object]]:
    def reading(work: Callable[..., object], *arguments: object) -> Callable[[], object]:
        def read() -> object:
            with world.database.reading() as tx:
                return work(tx, *arguments)

        return read

    coach = world.person_id(cycle_id, "K-1")
    return {
        "cycles": reading(overview_cycles.all_summaries),
        "overview": reading(overview_cycles.overview_of, cycle_id),
        "people": reading(people.participants_of, cycle_id),
        "schedule": reading(schedule.cycle_schedule, cycle_id),
        "person": reading(schedule.person_schedule, coach),
        "outbox": partial(list_outbox, world.services, cycle_id),
        "plans": reading(plan_details.plans_of_cycle, cycle_id),
        "agreements": partial(read_office_page, world.services, cycle_id),
        "goals": partial(read_counts, world.services, cycle_id),
        "answers": partial(read_answers, world.services, cycle_id),
        "questions": reading(
            open_questions, world.services, Principal(AccessRole.COACH, person_id=coach)
        ),
        "runs": reading(run_view.runs_of_cycle, cycle_id),
    }


def test_the_number_of_queries_to_read_does_not_depend_on_the_number_of_rows(
    world: World, count_queries: Callable[[], int]
) -> None:
    few = world.cycle(coachees=1, coaches=1)
    world.published(few, world.result({"C-1": "K-1"}, sessions=1))
    many = world.cycle(coachees=40, coaches=20)
    for day in (20, 21, 22):
        pairs = {f"C-{n}": f"K-{(n - 1) % 20 + 1}" for n in range(1, 41)}
        world.published(many, world.result(pairs, first_day=day, sessions=6))
    counted: dict[str, dict[str, int]] = {}
    for name, cycle_id in (("few", few), ("many", many)):
        works = _read_everything(world, cycle_id)
        count_queries()
        counted[name] = {}
        for what, work in works.items():
            work()
            counted[name][what] = count_queries()
    assert counted["many"] == counted["few"]
    assert max(counted["many"].values()) <= 7  # including BEGIN
