"""The page "Service", its JSON, its metrics, and the example alerts."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from api.audit_trail.log import record_event
from api.audit_trail.trail_status import AuditCheck, AuditTrailStatus
from api.background.job import Job
from api.background.queue import JobQueue
from api.background.queue_age import queue_ages
from api.background.worker_states import WorkerState, WorkerStates
from api.database.clock import database_now
from api.http.principal import SYSTEM, AccessRole, Principal
from api.job_types import JOB_TYPES
from api.overview.service_checks import (
    BACKUP_LIMIT,
    EVENT_LIMITS,
    FREE_SHARE,
    QUEUE_LIMIT,
    TRAIL_LIMIT,
    Tone,
    service_checks,
)
from api.overview.service_figures import (
    DiskSpace,
    EventNumbers,
    RecentEvent,
    ServiceFigures,
    recent_events,
    service_figures,
)
from tests.api.conftest import NOW

if TYPE_CHECKING:
    import httpx
    from conftest import World

RULES = Path(__file__).parents[3] / "deploy" / "prometheus-rules.yaml"
SECOND = timedelta(seconds=1)
IN_ORDER = ServiceFigures(
    at=NOW,
    workers=WorkerStates(
        slots=dict.fromkeys(WorkerState, ()) | {WorkerState.ALIVE: ("w@1",)}, takeovers=0
    ),
    queue_seconds={"run": QUEUE_LIMIT.total_seconds()},
    backed_up_at=NOW - BACKUP_LIMIT,
    disks={"data": DiskSpace(free_bytes=10, size_bytes=100)},
    trail=AuditTrailStatus(
        rows=3,
        head="0" * 64,
        last_check=AuditCheck(
            at=NOW - TRAIL_LIMIT,
            rows=3,
            head="0" * 64,
            first_broken=None,
            missing_from=None,
            lost_rows=0,
        ),
    ),
    events={event: EventNumbers(hour=limit, day=limit) for event, limit in EVENT_LIMITS.items()},
)


def _tones(**changed: object) -> dict[str, Tone]:
    """Return the tones other than `GOOD`, keyed by line, for `IN_ORDER` figures with changes."""
    checks = service_checks(IN_ORDER.model_copy(update=changed))
    return {check.name: check.tone for check in checks if check.tone is not Tone.GOOD}


def _workers(**slots: tuple[str, ...]) -> WorkerStates:
    none: dict[WorkerState, tuple[str, ...]] = dict.fromkeys(WorkerState, ())
    return WorkerStates(
        slots=none | {WorkerState(state): names for state, names in slots.items()}, takeovers=0
    )


def _check(**changed: object) -> dict[str, object]:
    assert IN_ORDER.trail.last_check is not None
    check = IN_ORDER.trail.last_check.model_copy(update=changed)
    return {"trail": IN_ORDER.trail.model_copy(update={"last_check": check})}


def test_everything_is_in_order_up_to_the_limits() -> None:
    assert _tones() == {}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"workers": _workers()}, {"workers": Tone.BAD}),
        ({"workers": _workers(dead=("w@1",))}, {"workers": Tone.BAD}),
        ({"workers": _workers(alive=("w@1",), silent=("w@2",))}, {"workers": Tone.WARN}),
        ({"queue_seconds": {"mail": 901.0}}, {"queue": Tone.WARN}),
        ({"backed_up_at": None}, {"backup": Tone.BAD}),
        ({"backed_up_at": NOW - BACKUP_LIMIT - SECOND}, {"backup": Tone.BAD}),
        (
            {"disks": {"backups": DiskSpace(free_bytes=9, size_bytes=100)}},
            {"disk_backups": Tone.BAD},
        ),
        (_check(first_broken=2), {"audit_trail": Tone.BAD}),
        (_check(missing_from=4), {"audit_trail": Tone.BAD}),
        (_check(unsealed_rows=1), {"audit_trail": Tone.BAD}),
        (_check(lost_rows=1), {"audit_trail": Tone.WARN}),
        (_check(at=NOW - TRAIL_LIMIT - SECOND), {"audit_trail": Tone.WARN}),
    ],
)  # fmt: skip
def test_line_that_is_not_in_order_says_so(
    changed: dict[str, object], expected: dict[str, Tone]
) -> None:
    assert _tones(**changed) == expected


def test_unusually_many_events_within_an_hour_are_reported() -> None:
    for event, limit in EVENT_LIMITS.items():
        more = EventNumbers(hour=limit + 1, day=limit + 1)
        assert _tones(events=IN_ORDER.events | {event: more}) == {event.value: Tone.WARN}


def test_recent_events_are_counted_by_hour_and_day_and_the_office_only_for_exports(
    world: World,
) -> None:
    manager, person = Principal(AccessRole.MANAGER, user_id="m"), Principal(AccessRole.COACH)
    events = (
        ("sign-in failed", SYSTEM, {}),
        ("passkey refused", SYSTEM, {}),
        ("PIN wrong", person, {}),
        ("plan exported", manager, {}),
        ("person exported", person, {}),  # their own data
        ("device verified", person, {}),
        ("user signed in", manager, {"new_device": 1}),
        ("user signed in", manager, {}),
    )
    with world.database.writing() as tx:
        for action, by, detail in events:
            record_event(tx, action, "user", "0", by=by, **detail)
    now = world.services.now()

    def counts(after: timedelta) -> dict[RecentEvent, tuple[int, int]]:
        with world.database.reading() as tx:
            found = recent_events(tx, now=now + after)
        return {event: (numbers.hour, numbers.day) for event, numbers in found.items()}

    expected = {
        RecentEvent.SIGN_IN_FAILED: 2,
        RecentEvent.VERIFICATION_FAILED: 1,
        RecentEvent.EXPORT: 1,
        RecentEvent.NEW_DEVICE: 2,
    }
    assert counts(timedelta(minutes=59)) == {event: (n, n) for event, n in expected.items()}
    assert counts(timedelta(hours=2)) == {event: (0, n) for event, n in expected.items()}
    assert counts(timedelta(hours=25)) == dict.fromkeys(expected, (0, 0))


def test_age_of_a_queue_is_that_of_its_oldest_job_whose_delay_is_over(world: World) -> None:
    queue = JobQueue(world.services.settings.database_url, JOB_TYPES)
    with world.database.writing() as tx:
        queue(tx, Job("run", "1"))
        queue(tx, Job("mail", "1", partition="example.org", delay=timedelta(hours=1)))
    queue.close()

    def ages(after: timedelta) -> dict[str, int]:
        with world.database.reading() as tx:
            found = queue_ages(tx, JOB_TYPES, database_now(tx) + after)
        return {name: round(seconds / 60) for name, seconds in found.items() if seconds > 30}

    assert ages(timedelta(0)) == {}
    assert ages(timedelta(minutes=59)) == {"run": 59}
    assert ages(timedelta(minutes=90)) == {"run": 90, "mail": 30}


def test_disks_of_folders_that_exist_are_measured(world: World) -> None:
    folder = world.services.settings.data_dir
    services = world.with_settings(backup_dir=folder / "nowhere")
    (disk,) = service_figures(services, JOB_TYPES).disks.items()
    assert disk[0] == "data"
    assert 0 < disk[1].free_bytes < disk[1].size_bytes


def test_page_and_json_report_the_same_lines(world: World, office: httpx.Client) -> None:
    report = office.get("/api/v1/service").json()
    lines = {line["name"]: line for line in report["lines"]}
    assert lines["workers"]["tone"] == "bad"
    assert lines["workers"]["what_to_do"].startswith("Ask this server's administrator")
    assert lines["backup"]["state"] == "There is no backup of this database."
    page = office.get("/service")
    assert page.status_code == HTTPStatus.OK
    for line in report["lines"]:
        if not line["name"].startswith("disk"):  # the free space changes all the time
            assert line["state"] in page.text
    auditor = {"Authorization": f"Bearer {world.user_token(AccessRole.AUDITOR)}"}
    assert office.get("/service", headers=auditor).status_code == HTTPStatus.FORBIDDEN


def _rules() -> dict[str, str]:
    """Return the expressions of the example alerts, keyed by name."""
    groups: list[dict[str, Any]] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}


def test_every_metric_and_label_that_an_alert_names_exists(office: httpx.Client) -> None:
    office.post("/sign-in", data={"name": "x", "password": "x", "code": "1"})
    text = office.get("/metrics").text
    samples = re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE)
    labels: dict[str, set[str]] = {}
    for name, found in samples:
        labels.setdefault(name, set()).update(re.findall(r'\w+="[^"]*"', found))
    announced = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    for alert, expression in _rules().items():
        names = re.findall(r"(gender_coach_\w+)(?:\{([^}]*)\})?", expression)
        assert names, alert
        for name, selector in names:
            assert name in announced | set(labels), (alert, name)
            wanted = set(re.findall(r'\w+="[^"]*"', selector))
            assert wanted <= labels.get(name, set()), (alert, wanted)


def test_alerts_have_the_thresholds_of_the_page() -> None:
    rules = _rules()
    numbers = {name: float(expr.rpartition(" ")[2]) for name, expr in rules.items()}
    assert numbers["GenderCoachOldQueue"] == QUEUE_LIMIT.total_seconds()
    assert numbers["GenderCoachOldBackup"] == BACKUP_LIMIT.total_seconds()
    assert numbers["GenderCoachUncheckedAuditTrail"] == TRAIL_LIMIT.total_seconds()
    assert numbers["GenderCoachDiskFull"] == FREE_SHARE
    for event, limit in EVENT_LIMITS.items():
        (found,) = (n for name, n in numbers.items() if f'event="{event}"' in rules[name])
        assert found == limit
