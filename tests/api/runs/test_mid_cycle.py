"""Re-matching in mid-cycle after a coach has left, over HTTP and with results folders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.cli import main
from matching.records.result_file import parse_result
from matching.result import Result
from tests.api.conftest import ANY_VERSION
from tests.api.following import over

if TYPE_CHECKING:
    import httpx

pytestmark = pytest.mark.slow


API = "/api/v1"
Command = Callable[..., str]
DAY = timedelta(days=1)
_COLUMNS = "id,name,email,country,languages,availability,rank"
_WEEK = "Mon 09:00-16:00; Tue 09:00-16:00; Wed 09:00-16:00; Thu 09:00-16:00; Fri 09:00-16:00"


def policy(start: date) -> bytes:
    return (
        f"[cycle]\nstart = {start}\nend = {start + 200 * DAY}\n"
        "[sessions]\ncount = 6\nmin_gap_days = 14\nmax_gap_days = 35\n"
        "[calendar]\npublic_holidays = false\n"
    ).encode()


def coachees(numbers: range) -> bytes:
    rows = (f"C-{n},Coachee {n},c{n}@example.org,RS,en:C1,{_WEEK},OF-4,commander" for n in numbers)
    return "\n".join([f"{_COLUMNS},role", *rows]).encode()


def coaches(numbers: range) -> bytes:
    rows = (f"K-{n},Coach {n},k{n}@example.org,ME,en:C1,{_WEEK},OF-5,3" for n in numbers)
    return "\n".join([f"{_COLUMNS},capacity", *rows]).encode()


def upload_people(client: httpx.Client, cycle: str, coachee: range, coach: range) -> None:
    files = {
        "coachees": ("coachees.csv", coachees(coachee)),
        "coaches": ("coaches.csv", coaches(coach)),
    }
    assert client.put(f"{API}/cycles/{cycle}/people", files=files, headers=ANY_VERSION).is_success


def planned(client: httpx.Client, cycle: str, **options: object) -> tuple[str, dict[str, Any]]:
    """Complete a run, and return the id of its plan and its result."""
    response = client.post(f"{API}/cycles/{cycle}/runs", json={"time_limit_seconds": 120} | options)
    assert response.status_code == HTTPStatus.ACCEPTED, response.text
    run = over(client, response.headers["location"])
    assert run["state"] == "finished", run
    return run["plan_id"], client.get(f"{API}/plans/{run['plan_id']}").json()["result"]


def starts(result: dict[str, Any]) -> dict[tuple[str, str, int], tuple[str, datetime]]:
    return {
        (match["coachee"], match["coach"], one["number"]): (
            one["uid"],
            datetime.fromisoformat(one["start"]),
        )
        for match in result["matches"]
        for one in match["sessions"]
    }


def test_run_after_a_coach_left_keeps_past_sessions(working: httpx.Client) -> None:
    today = datetime.now(UTC).date()
    created = working.post(f"{API}/cycles", content=policy(today - 60 * DAY))
    cycle = created.json()["id"]
    upload_people(working, cycle, range(5), range(3))
    plan, first = planned(working, cycle)
    assert working.post(f"{API}/plans/{plan}/publish", headers=ANY_VERSION).is_success
    before = starts(first)
    removed = Counter(match["coach"] for match in first["matches"]).most_common(1)[0][0]
    left = [n for n in range(3) if f"K-{n}" != removed]
    # Two coaches stay and a new one joins, so that every coachee can continue.
    files = {
        "coachees": ("coachees.csv", coachees(range(5))),
        "coaches": (
            "coaches.csv",
            b"\n".join(
                [
                    *(coaches(range(n, n + 1)) for n in left[:1]),
                    *(coaches(range(n, n + 1)).splitlines()[1] for n in (*left[1:], 7)),
                ]
            ),
        ),
    }
    assert working.put(f"{API}/cycles/{cycle}/people", files=files, headers=ANY_VERSION).is_success
    plan, second = planned(working, cycle)
    after = starts(second)
    tomorrow = today + DAY
    held = {key for key, (_, start) in before.items() if start.date() < tomorrow}
    assert {key for key in held if key[1] != removed} <= after.keys()
    for key, (uid, start) in after.items():
        if start.date() < tomorrow:
            assert before[key] == (uid, start)
    had = Counter(coachee for coachee, _, _ in held)
    moved = [
        match
        for match in second["matches"]
        if match["coachee"] in {coachee for coachee, coach, _ in before if coach == removed}
    ]
    assert moved
    assert len(second["matches"]) == 5
    for match in moved:
        numbers = [one["number"] for one in match["sessions"]]
        assert numbers == list(range(had[match["coachee"]] + 1, 7))
        assert had[match["coachee"]] >= 1

    published = working.post(f"{API}/plans/{plan}/publish", headers=ANY_VERSION)
    assert published.is_success, published.text
    owed = [key for key, (_, start) in before.items() if key[1] == removed and key not in held]
    assert published.json()["cancels"] == 2 * len(owed)
    schedule = working.get(f"{API}/cycles/{cycle}/schedule").json()
    confirmed = [one for one in schedule if one["state"] == "confirmed"]
    per_coachee = Counter(one["coachee"]["code"] for one in confirmed)
    assert set(per_coachee.values()) == {6}
    assert all(one["count"] == 6 for one in confirmed)
    messages = working.get(f"{API}/cycles/{cycle}/outbox").json()
    assert len(messages) >= published.json()["requests"] + published.json()["cancels"]


def test_first_day_outside_the_cycle_or_in_the_past_is_refused(working: httpx.Client) -> None:
    today = datetime.now(UTC).date()
    created = working.post(f"{API}/cycles", content=policy(today - 60 * DAY))
    cycle = created.json()["id"]
    upload_people(working, cycle, range(2), range(1))

    def refused(day: date) -> str:
        answer = working.post(f"{API}/cycles/{cycle}/runs", json={"not_before": f"{day}"})
        assert answer.status_code == HTTPStatus.CONFLICT
        return str(answer.json()["detail"])

    assert "published plan" in refused(today + 5 * DAY)
    plan, _ = planned(working, cycle)
    assert working.post(f"{API}/plans/{plan}/publish", headers=ANY_VERSION).is_success
    assert "is in the past" in refused(today - 3 * DAY)
    assert "outside the cycle" in refused(today + 400 * DAY)
    day = today + 20 * DAY
    _, again = planned(working, cycle, not_before=f"{day}")
    _, same = planned(working, cycle, not_before=f"{day}")
    assert starts(again) == starts(same)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    def typed(*parts: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            main([str(part) for part in parts])
        published = capsys.readouterr()
        assert int(ended.value.code or 0) == code, published
        return published.out + published.err

    return typed


def sequences(folder: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for path in (folder / "invites").glob("*.ics"):
        text = path.read_text("utf-8")
        uid, sequence = (
            re.search(f"^{name}:(.+)$", text, re.MULTILINE) for name in ("UID", "SEQUENCE")
        )
        assert uid
        assert sequence
        found.setdefault(uid[1].strip(), set()).add(int(sequence[1]))
    return found


def test_results_folder_keeps_past_sessions_and_raises_sequence_of_changes(
    tmp_path: Path, command: Command
) -> None:
    start = date(2027, 1, 18)
    (tmp_path / "cycle.toml").write_bytes(policy(start))
    (tmp_path / "c.csv").write_bytes(coachees(range(3)))
    (tmp_path / "k.csv").write_bytes(coaches(range(2)))

    def match(out: str, *more: object, code: int = 0) -> str:
        files = tmp_path / "cycle.toml", "--coachees", tmp_path / "c.csv"
        more = ("--coaches", tmp_path / "k.csv", "--out", tmp_path / out, "--quiet", *more)
        return command("match", *files, *more, code=code)

    def result(out: str) -> Result:
        return parse_result((tmp_path / out / "result.json").read_bytes())

    match("one")
    one = result("one")
    uid = one.matches[0].sessions[4].uid
    blocked = one.matches[0].sessions[4].start.date()
    for place, out in enumerate(("two", "three")):
        kept = tmp_path / ("one", "two")[place] / "result.json"
        dates = "; ".join(
            f"{session.start.date()}"
            for name in ("one", "two")[: place + 1]
            for session in result(name).matches[0].sessions
            if session.uid == uid
        )
        lines = coachees(range(3)).decode().splitlines()
        rows = [f"{line},{dates if line.startswith('C-0,') else ''}" for line in lines[1:]]
        (tmp_path / "c.csv").write_text("\n".join([f"{lines[0]},unavailable", *rows]))
        match(out, "--keep", kept, "--not-before", "2027-03-20")
        assert ": valid. " in command("check", tmp_path / out)
        assert "no differences" in command("replay", tmp_path / out)
    last = result("three")
    for before, after in zip(one.matches, last.matches, strict=True):
        assert before.coach == after.coach
        behind = [s for s in before.sessions if s.start.date() < date(2027, 3, 20)]
        assert behind
        assert list(after.sessions[: len(behind)]) == behind
    assert last.matches[0].sessions[4].start.date() != blocked
    assert set(map(frozenset, sequences(tmp_path / "one").values())) == {frozenset({0})}
    assert sequences(tmp_path / "two")[uid] == {1}
    assert sequences(tmp_path / "three")[uid] == {2}
    unmoved = last.matches[1].sessions[0].uid
    assert sequences(tmp_path / "three")[unmoved] == {0}

    assert "requires --keep" in match("four", "--not-before", "2027-03-20", code=2)
    kept = tmp_path / "one" / "result.json"
    outside = match("four", "--keep", kept, "--not-before", "2028-03-20", code=2)
    assert "outside the cycle" in re.sub(r"\s+│?\s*", " ", outside)
    where = tmp_path / "three" / "inputs" / "under-way.json"
    where.write_text('{"not_before": "soon"}')
    assert "under-way.json" in command("check", tmp_path / "three", code=2)
