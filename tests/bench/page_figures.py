"""The programme office's pages with 1,200 coachees and 400 coaches: time and size.

The engine solves the cycle with fewer places than coachees, so that the plan also shows people
without a coach. Publishing the plan creates all sessions and emails.
"""

from __future__ import annotations

import gc
import gzip
import json
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import UserRow
from api.cli import SERVER_GARBAGE_THRESHOLD
from api.cycles import service as cycles
from api.invitations.publish import publish_draft
from api.mail.rows import MailRow
from api.participants import upload
from api.participants.rows import PersonRow, Side
from api.runs.rows import RunRow
from api.sessions.rows import SessionRow
from matching.engine import SolveOptions
from matching.result import Result
from tests.api.conftest import World, running
from tests.bench.figures import Figure
from tests.bench.instances import UN_WIDE, InstanceClass, instance
from tests.bench.list_files import cycle_text, write_instance
from tests.bench.page_addresses import PAGES, SEARCHED
from tests.bench.solving import solved
from tests.force.measuring import SQLITE, deployment

SHAPE = replace(UN_WIDE, capacity=(1, 4))
MAX_SECONDS, MAX_SEARCH_SECONDS, MAX_KIBIBYTES = 0.3, 0.2, 150.0
REQUIREMENT = f"{MAX_SECONDS * 1000:.0f} ms, {MAX_KIBIBYTES:.0f} KiB compressed"
_NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
_REPETITIONS = 7
_TIME_LIMIT_SECONDS = 60.0
_OWN = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Office:
    """A cycle with a published plan and a draft.

    Attributes:
        ids: identifiers, keyed by their name in `page_addresses`, such as `cycle_id`.
    """

    ids: dict[str, str]


def page_figures() -> Iterator[Figure]:
    """Measure each page of the programme office, searches, and the check of a policy."""
    with deployment(SQLITE) as world:
        office = published_office(world, SHAPE)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        gc.collect()
        gc.freeze()  # as the server does at start-up
        gc.set_threshold(SERVER_GARBAGE_THRESHOLD)
        with running(world.services.settings) as browser:
            browser.headers.update(_OWN)
            world.sign_in(browser)
            with world.database.reading() as tx:
                office.ids["user_id"] = _any_id(tx, UserRow)
            _preview_lists(browser, office)
            for name, address in PAGES.items():
                yield measured(browser, name, address.format_map(office.ids))
            for name, address in SEARCHED.items():
                yield searched(browser, name, address.format_map(office.ids))
            yield _checked(browser, office)


def published_office(world: World, shape: InstanceClass) -> Office:
    """Create a cycle of the given class, solve it, and publish its plan."""
    roster, cycle = instance(shape, seed=1)
    options = SolveOptions(time_limit_seconds=_TIME_LIMIT_SECONDS)
    result, _ = solved(roster, cycle, options)
    with world.database.writing() as tx:
        cycle_id = cycles.add_cycle(tx, cycle, cycle_text(cycle), now=_NOW).id
        upload.store_list(tx, cycle_id, Side.COACHEE, roster.coachees, now=_NOW)
        upload.store_list(tx, cycle_id, Side.COACH, roster.coaches, now=_NOW)
    plan_id = world.plan(cycle_id, result)
    with world.database.writing() as tx:
        publish_draft(tx, world.services.keyring, plan_id, now=_NOW, link_grace=timedelta(days=60))
    draft_id = world.plan(cycle_id, _with_exchanged_coaches(result))
    person_id = world.person_id(cycle_id, roster.coachees[0].id)
    with world.database.reading() as tx:
        ids = {
            "cycle_id": cycle_id,
            "plan_id": plan_id,
            "draft_id": draft_id,
            "person_id": person_id,
            "human_id": tx.get_one(PersonRow, person_id).human_id,
            "session_id": _any_id(tx, SessionRow),
            "mail_id": _any_id(tx, MailRow),
            "run_id": _any_id(tx, RunRow),
        }
    return Office(ids)


def _any_id(tx: Transaction, table: type[Any]) -> str:
    found: str = tx.scalars(select(table.id).order_by(table.id).limit(1)).one()
    return found


def _with_exchanged_coaches(result: Result) -> Result:
    """Return a result in which every third match has exchanged coaches with the next match."""
    matches = list(result.matches)
    for place in range(0, len(matches) - 1, 3):
        one, other = matches[place : place + 2]
        matches[place] = one.model_copy(update={"coach": other.coach})
        matches[place + 1] = other.model_copy(update={"coach": one.coach})
    return result.model_copy(update={"matches": tuple(matches)})


def measured(browser: httpx.Client, name: str, address: str) -> Figure:
    """Measure the median processor time and the size of a page, after a first request.

    The processor time includes a few milliseconds for the client. Unlike elapsed time, which is
    shown next to it, it does not depend on other load on the machine.
    """
    body = _body(browser, address)
    seconds, passed = [], []
    for _ in range(_REPETITIONS):
        started, began = time.process_time(), time.perf_counter()
        body = _body(browser, address)
        seconds.append(time.process_time() - started)
        passed.append(time.perf_counter() - began)
    median = statistics.median(seconds)
    compressed = len(gzip.compress(body, compresslevel=6, mtime=0)) / 1024
    return Figure(
        name,
        f"{_times(seconds, passed)}, {len(body) / 1024:,.0f} KiB, {compressed:,.0f} KiB compressed",
        REQUIREMENT,
        median < MAX_SECONDS and compressed < MAX_KIBIBYTES,
    )


def searched(browser: httpx.Client, name: str, address: str) -> Figure:
    """Measure the median processor time from submitting a search to its results."""
    seconds = []
    for number in range(_REPETITIONS):
        started = time.process_time()
        form = {"text": f"person 0001{number}", "list_address": address}
        answer = browser.post("/searches", data=form, follow_redirects=True)
        seconds.append(time.process_time() - started)
        answer.raise_for_status()
        assert f"0001{number}" in answer.text
    median = statistics.median(seconds)
    return Figure(
        f"search: {name}",
        f"{median * 1000:.0f} ms",
        f"{MAX_SEARCH_SECONDS * 1000:.0f} ms",
        median < MAX_SEARCH_SECONDS,
    )


def _preview_lists(browser: httpx.Client, office: Office) -> None:
    """Upload the lists once more, so that their review can be shown."""
    roster, cycle = instance(SHAPE, seed=2)
    with tempfile.TemporaryDirectory() as folder:
        _, coachees, coaches = write_instance(roster, cycle, Path(folder))
        files = {
            "coachees": ("coachees.csv", coachees.read_bytes()),
            "coaches": ("coaches.csv", coaches.read_bytes()),
        }
        address = f"/api/v1/cycles/{office.ids['cycle_id']}/people/preview"
        browser.post(address, files=files).raise_for_status()


def _checked(browser: httpx.Client, office: Office) -> Figure:
    """Measure the check of a changed policy, which counts the pairs that each rule leaves."""
    address = f"/api/v1/cycles/{office.ids['cycle_id']}/policy/check"
    headers = {"Content-Type": "application/merge-patch+json"}
    seconds, passed = [], []
    for number in range(_REPETITIONS):
        body = json.dumps({"sessions": {"count": 4 + number % 3}})
        started, began = time.process_time(), time.perf_counter()
        browser.post(address, content=body, headers=headers).raise_for_status()
        seconds.append(time.process_time() - started)
        passed.append(time.perf_counter() - began)
    return Figure("check of a policy", _times(seconds, passed))


def _times(seconds: list[float], passed: list[float]) -> str:
    """Return the median processor time and the median elapsed time as text."""
    processor, clock = (statistics.median(times) * 1000 for times in (seconds, passed))
    return f"{processor:.0f} ms ({clock:.0f} ms passed)"


def _body(browser: httpx.Client, address: str) -> bytes:
    answer = browser.get(address, headers={"Accept-Encoding": "identity"}, follow_redirects=True)
    answer.raise_for_status()
    return answer.content
