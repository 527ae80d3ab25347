"""Creating and changing cycles has the same effect through the API and on pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest

from api.cycles import service as cycles
from api.lists.json_pages import JsonPage
from api.participants import rosters, upload
from api.participants import service as people
from api.participants.rows import Side
from tests.api.both_ways import changed_rows
from tests.api.conftest import ANY_VERSION
from tests.api.racing import overtaking

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

API = "/api/v1"
POLICY = b"""\
[cycle]
name = "Another"
start = 2027-02-01
end = 2027-07-30

[pins]
C-1 = "K-1"
"""
UNKNOWN_PIN = POLICY.replace(b"C-1", b"C-9")
NO_POLICY = b"[cycle]\nstart = 2027-02-30\n"
_COLUMNS = "id,name,email,country,languages,availability,rank"
_REST = "RS,sr;en,Mon 09:00-16:00; Wed 09:00-16:00,OF-5"
COACHEES = f"{_COLUMNS},role\nC-1,Ana,a@x.org,{_REST},commander\nC-4,Eva,e@x.org,{_REST},commander"
COACHES = f"{_COLUMNS},capacity\nK-1,Kim,k@x.org,{_REST},2"
WITHOUT_C_1 = COACHEES.replace("C-1", "C-5")


@dataclass
class ByJson:
    """Actions through the API. Each returns whether it succeeded; some return faults."""

    office: httpx.Client

    def create(self, policy: bytes) -> tuple[bool, set[str]]:
        return self._answer(self.office.post(f"{API}/cycles", content=policy))

    def replace_policy(self, cycle_id: str, policy: bytes) -> tuple[bool, set[str]]:
        return self._answer(
            self.office.put(f"{API}/cycles/{cycle_id}/policy", content=policy, headers=ANY_VERSION)
        )

    def upload(self, cycle_id: str, coachees: str, coaches: str) -> tuple[bool, set[str]]:
        preview = f"{API}/cycles/{cycle_id}/people/preview"
        shown = self.office.post(preview, files=_lists(coachees, coaches))
        if not shown.is_success:
            return self._answer(shown)
        assert shown.json() == self.office.get(preview).json()
        confirmation = {"seen": shown.json()["seen"], "although": True}
        return self._answer(self.office.post(f"{preview}/use", json=confirmation))

    def what_if(self, cycle_id: str, policy: bytes) -> tuple[bool, set[str]]:
        return self._answer(self.office.post(f"{API}/cycles/{cycle_id}/what-if", content=policy))

    def hold(self, cycle_id: str, because: str) -> bool:
        path = f"{API}/cycles/{cycle_id}/retention/hold"
        return self.office.put(path, json={"because": because}).is_success

    def release(self, cycle_id: str) -> bool:
        return self.office.delete(f"{API}/cycles/{cycle_id}/retention/hold").is_success

    @staticmethod
    def _answer(answer: httpx.Response) -> tuple[bool, set[str]]:
        if answer.is_success:
            return True, set()
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        return False, {fault["message"] for fault in answer.json()["faults"]}


@dataclass
class ByPage:
    """Actions through the forms on pages, which return the same values as in `ByJson`."""

    office: httpx.Client

    def create(self, policy: bytes) -> tuple[bool, set[str]]:
        return self._answer(self.office.post("/cycles", files={"file": ("cycle.toml", policy)}))

    def replace_policy(self, cycle_id: str, policy: bytes) -> tuple[bool, set[str]]:
        files = {"file": ("cycle.toml", policy)}
        return self._answer(self.office.post(f"/cycles/{cycle_id}/policy", files=files))

    def upload(self, cycle_id: str, coachees: str, coaches: str) -> tuple[bool, set[str]]:
        shown = self.office.post(f"/cycles/{cycle_id}/people", files=_lists(coachees, coaches))
        if not shown.is_redirect:
            return self._answer(shown)
        page = self.office.get(shown.headers["location"]).text
        seen = re.search(r'name="seen" value="(\w+)"', page)
        assert seen
        confirmation = {"seen": seen[1], "although": "true"}
        path = f"/cycles/{cycle_id}/people/preview/use"
        return self._answer(self.office.post(path, data=confirmation))

    def what_if(self, cycle_id: str, policy: bytes) -> tuple[bool, set[str]]:
        files = {"file": ("cycle.toml", policy)}
        answer = self.office.post(f"/cycles/{cycle_id}/what-if", files=files, data={"keep": "true"})
        return self._answer(answer)

    def hold(self, cycle_id: str, because: str) -> bool:
        path = f"/cycles/{cycle_id}/retention/hold"
        return self.office.post(path, data={"because": because}).is_redirect

    def release(self, cycle_id: str) -> bool:
        return self.office.post(f"/cycles/{cycle_id}/retention/release").is_redirect

    @staticmethod
    def _answer(answer: httpx.Response) -> tuple[bool, set[str]]:
        if answer.is_redirect:
            return True, set()
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        table = answer.text.partition('role="alert"')[2].partition("</table>")[0]
        rows = re.findall(r"<td>(.*?)</td>\s*</tr>", table, re.DOTALL)
        return False, {" ".join(unescape(row).split()) for row in rows}


Ways = tuple[ByJson, ByPage]


def _lists(coachees: str, coaches: str) -> dict[str, tuple[str, bytes]]:
    return {
        "coachees": ("coachees.csv", coachees.encode()),
        "coaches": ("coaches.csv", coaches.encode()),
    }


@pytest.fixture
def ways(office: httpx.Client) -> Ways:
    assert office.get(f"{API}/me").is_success  # so that the token's first use is already recorded
    return ByJson(office), ByPage(office)


@pytest.fixture(params=["json", "page"])
def way(request: pytest.FixtureRequest, ways: Ways) -> ByJson | ByPage:
    return ways[request.param == "page"]


@pytest.fixture
def done_both_ways(world: World, ways: Ways) -> Callable[[str, object], tuple[object, bool]]:
    """Return a function that performs an action on two cycles: through the API, and on a page.

    The cycles are identical. The function checks that both ways have the same result and effects.
    It returns the result, and whether anything was changed.
    """

    def do(act: str, *arguments: object) -> tuple[object, bool]:
        cycle_ids, answers = [world.cycle(), world.cycle()], []

        def once(way: ByJson | ByPage, cycle_id: str) -> None:
            answers.append(getattr(way, act)(cycle_id, *arguments))

        changes = [
            changed_rows(world, partial(once, way, cycle_id))
            for way, cycle_id in zip(ways, cycle_ids, strict=True)
        ]
        of_cycle = [
            {row: count for row, count in found.items() if row[0] != "humans"} for found in changes
        ]  # people of both cycles are the same humans
        assert of_cycle[0] == of_cycle[1]
        assert answers[0] == answers[1]
        return answers[0], bool(changes[0])

    return do


def test_a_cycle_is_created_the_same_way_by_json_and_on_the_page(world: World, ways: Ways) -> None:
    new = POLICY.partition(b"\n[pins]")[0]
    by_json, by_page = (changed_rows(world, partial(way.create, new)) for way in ways)
    assert by_json == by_page
    assert {row[0] for row in by_json} == {"cycles", "audit"}
    answers = [way.create(NO_POLICY) for way in ways]
    assert answers[0] == answers[1]
    assert not answers[0][0]


@pytest.mark.parametrize(
    ("policy", "accepted"), [(POLICY, True), (UNKNOWN_PIN, False), (NO_POLICY, False)]
)
@pytest.mark.parametrize("act", ["replace_policy", "what_if"])
def test_a_policy_is_accepted_or_refused_the_same_way_by_json_and_on_the_page(
    done_both_ways: Callable[..., tuple[object, bool]], act: str, policy: bytes, *, accepted: bool
) -> None:
    (taken, faults), changed = done_both_ways(act, policy)
    assert (taken, bool(faults), changed) == (accepted, not accepted, accepted)


@pytest.mark.parametrize(
    ("coachees", "accepted"), [(COACHEES, True), (COACHEES.replace("RS", "ZZ"), False)]
)
def test_lists_are_accepted_or_refused_the_same_way_by_json_and_on_the_page(
    done_both_ways: Callable[..., tuple[object, bool]], coachees: str, *, accepted: bool
) -> None:
    (taken, faults), changed = done_both_ways("upload", coachees, COACHES)
    assert (taken, bool(faults), changed) == (accepted, not accepted, accepted)


def test_erasure_is_held_and_released_the_same_way_by_json_and_on_the_page(
    world: World, ways: Ways, done_both_ways: Callable[..., tuple[object, bool]]
) -> None:
    assert done_both_ways("hold", "an appeal") == (True, True)
    assert done_both_ways("hold", " ") == (False, False)
    cycle_ids = [world.cycle(), world.cycle()]
    for way, cycle_id in zip(ways, cycle_ids, strict=True):
        way.hold(cycle_id, "an appeal")
    changes = [
        changed_rows(world, partial(way.release, cycle_id))
        for way, cycle_id in zip(ways, cycle_ids, strict=True)
    ]
    assert changes[0] == changes[1]
    assert changes[0]


@pytest.mark.parametrize("act", ["replace_policy", "what_if"])
def test_a_policy_cannot_name_a_person_who_left_while_it_was_read(
    world: World, way: ByJson | ByPage, act: str
) -> None:
    cycle_id = world.cycle()
    with world.database.reading() as tx:
        others = rosters.roster_of(tx, cycle_id).coachees[1:]
    with overtaking(world, lambda: getattr(way, act)(cycle_id, POLICY)) as (tx, sent):
        upload.store_list(tx, cycle_id, Side.COACHEE, others, now=world.services.now())
    taken, faults = sent.result()
    assert not taken
    assert any("C-1" in fault for fault in faults)
    assert cycles.read_policy(world.services, cycle_id).policy.pins == {}


def test_lists_cannot_omit_a_person_whom_a_policy_named_while_they_were_read(
    world: World, way: ByJson | ByPage
) -> None:
    cycle_id = world.cycle()
    before = cycles.read_policy(world.services, cycle_id).policy
    pinned = before.model_copy(update={"pins": {"C-1": "K-1"}})
    source = POLICY.decode()
    with overtaking(world, lambda: way.upload(cycle_id, WITHOUT_C_1, COACHES)) as (tx, sent):
        cycles.store_policy(tx, cycle_id, pinned, source, now=world.services.now())
    taken, faults = sent.result()
    assert not taken
    assert any("C-1" in fault for fault in faults)
    listed = people.list_people(world.services, cycle_id, JsonPage())[0]
    assert {one.brief.code for one in listed if one.left_at is None} >= {"C-1", "C-2", "C-3"}


def test_policy_faults_found_by_an_upload_are_located_in_the_cycle_file(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    assert ByJson(office).replace_policy(cycle_id, POLICY)[0]
    files = _lists(WITHOUT_C_1, COACHES)
    (fault,) = office.put(
        f"{API}/cycles/{cycle_id}/people", files=files, headers=ANY_VERSION
    ).json()["faults"]
    line = POLICY.splitlines().index(b'C-1 = "K-1"') + 1
    assert (fault["file"], fault["row"], fault["column"]) == ("cycle.toml", line, "pins.C-1")
