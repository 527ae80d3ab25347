"""The page on which the policy is edited: its keys, the consequences, and the stored file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.audit_trail.rows import AuditRow
from api.cycles.service import cycle_row, policy_of
from api.data_protection.erase_runs import minimal_source
from api.input_files.policy_file import parse_policy_file
from api.input_files.source import NamedFile
from api.overview import cycles
from api.overview.policy_editor import editing
from api.overview.policy_editor.key_facts import HINTS, LABELS
from api.overview.policy_editor.keys import GROUPS, KEYS
from api.overview.policy_editor.presenters import entered_of
from coach.cycle import Cycle
from coach.cycle_file_table import CycleFileTable
from coach.errors import ChangedSinceError, UnusableInputError
from matching.rules import RULES

if TYPE_CHECKING:
    import httpx
    from conftest import World

EVERY_KEY = Path(__file__).parents[1] / "input_files" / "cycle-with-every-key.toml"
API = "/api/v1/cycles"
ON_OTHER_PAGES = {"pins", "bans", "waivers"}
COMMENTED = """\
# From the meeting in Sarajevo
[cycle]
name = "Spring"
start = 2027-01-18 # a Monday
end = 2027-07-16

[sessions]
count = 2 # short

[rules.rank]
standard = 1 # as in autumn
"""


def keys_of(model: type[CycleFileTable], path: tuple[str, ...] = ()) -> Iterator[str]:
    for name, info in model.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, CycleFileTable):
            yield from keys_of(inner, (*path, name))
        else:
            yield ".".join((*path, name))


def commented_cycle(world: World) -> str:
    cycle_id = world.cycle()
    cycles.replace_policy(world.services, cycle_id, NamedFile("c.toml", COMMENTED.encode()))
    return cycle_id


def fields(world: World, cycle_id: str, **changed: str) -> dict[str, str]:
    stored = editing.read_stored(world.services, cycle_id)
    changes = {name.replace("__", "."): text for name, text in changed.items()}
    return entered_of(stored.policy) | {"version": str(stored.version)} | changes


def test_every_key_of_the_cycle_file_has_a_field_with_a_label_and_a_hint() -> None:
    assert set(KEYS) == set(keys_of(Cycle)) - ON_OTHER_PAGES
    assert set(LABELS) == set(HINTS) == set(KEYS)


def test_every_rule_has_a_group() -> None:
    assert [group.rule for group in GROUPS if group.rule] == [rule.name for rule in RULES]


def test_every_value_is_saved_as_it_is_written_in_its_field(world: World) -> None:
    policy = parse_policy_file(NamedFile("c.toml", EVERY_KEY.read_bytes())).policy
    cycle_id = world.cycle()
    entered = entered_of(policy) | {
        "timetable.preferred_by": "C-1: Wed 13:00-16:00; Thu 09:00-10:00"
    }
    editing.save_fields(world.services, cycle_id, entered, None)
    stored = editing.read_stored(world.services, cycle_id).policy
    assert len(stored.timetable.preferred_by["C-1"]) == 2
    left_out = {"pins": True, "bans": True, "waivers": True, "timetable": {"preferred_by"}}
    assert stored.model_dump(exclude=left_out) == policy.model_dump(exclude=left_out)


def test_saved_without_a_change_the_file_stays_as_it_is(world: World) -> None:
    cycle_id = world.cycle()
    source = EVERY_KEY.read_text(encoding="utf-8")
    source = re.sub(r'"C-\d+"', '"C-1"', source)
    source = re.sub(r"(?ms)^\[(?:pins|bans|timetable.preferred_by)\].*?(?=^\[)", "", source)
    source = re.sub(r"(?ms)^\[\[waivers\]\].*?(?=^\[)", "", source)
    cycles.replace_policy(world.services, cycle_id, NamedFile("c.toml", source.encode()))
    saved = editing.save_fields(world.services, cycle_id, fields(world, cycle_id), None)
    assert saved.differences == ()
    assert cycles.read_cycle_file(world.services, cycle_id).text == source
    assert editing.read_stored(world.services, cycle_id).version == 1


def test_only_what_was_changed_is_written_and_comments_stay(
    world: World, office: httpx.Client
) -> None:
    cycle_id = commented_cycle(world)
    form = fields(world, cycle_id, sessions__count="3", rules__country__excluded="RS, XK\nAL ME")
    answer = office.post(f"/cycles/{cycle_id}/policy/edit", data=form)
    assert answer.headers["location"] == f"/cycles/{cycle_id}/policy/edit?saved=run"
    text = cycles.read_cycle_file(world.services, cycle_id).text
    assert text.startswith(COMMENTED.partition("count")[0])
    assert "count = 3 # short" in text
    assert "standard = 1 # as in autumn" in text
    policy = editing.read_stored(world.services, cycle_id).policy
    assert set(policy.rules.country.excluded) == {frozenset({"RS", "XK"}), frozenset({"AL", "ME"})}
    assert "start a run" in office.get(answer.headers["location"]).text
    with world.database.reading() as tx:
        last = tx.query(AuditRow).filter_by(action="policy replaced").all()[-1]
        assert last.detail["version"] == 2


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"sessions.count": ""}, 6),
        ({"sessions.count": "7"}, 7),
    ],
)
def test_empty_field_restores_the_default(
    world: World, changed: Mapping[str, str], expected: int
) -> None:
    cycle_id = commented_cycle(world)
    entered = fields(world, cycle_id) | changed
    editing.save_fields(world.services, cycle_id, entered, None)
    assert editing.read_stored(world.services, cycle_id).policy.sessions.count == expected


def test_faults_are_beside_their_fields_and_nothing_is_stored(
    world: World, office: httpx.Client
) -> None:
    cycle_id = commented_cycle(world)
    wrong = {
        "sessions.count": "300",
        "sessions.max_gap_days": "x",
        "calendar.blackout": "2027-05-01\nsome day in June",
        "calendar.observances": "ME orthodox",
        "rules.language.groups": "bs, qq",
        "timetable.preferred_by": "C-99: Wed 13:00-16:00",
        "objective.levels": "worst placed",
        "cycle.end": "",
    }
    answer = office.post(f"/cycles/{cycle_id}/policy/edit", data=fields(world, cycle_id) | wrong)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = unescape(answer.text)
    assert re.search(r"<title>\s*Error: ", page)
    for key in wrong:
        assert f'href="#{key}"' in page, key
        assert f'id="fault-{key}"' in page, key
    assert "some day in June" in page
    assert "To count the pairs" in page
    assert cycles.read_cycle_file(world.services, cycle_id).text == COMMENTED


def test_unknown_coachee_is_a_fault_of_the_field(world: World) -> None:
    cycle_id = commented_cycle(world)
    entered = fields(
        world,
        cycle_id,
        timetable__preferred_by="C-99: Wed 13:00-16:00",
        timetable__hours="10",
        timetable__rhythm="20",
    )
    with pytest.raises(UnusableInputError) as refused:
        editing.save_fields(world.services, cycle_id, entered, None)
    assert [one.column for one in refused.value.faults] == ["timetable.preferred_by.C-99"]


def test_change_of_somebody_else_is_shown_and_nothing_typed_is_lost(
    world: World, office: httpx.Client
) -> None:
    cycle_id = commented_cycle(world)
    form = fields(world, cycle_id, sessions__count="5")
    cycles.change_policy(world.services, cycle_id, {"sessions": {"minutes": 60}})
    answer = office.post(f"/cycles/{cycle_id}/policy/edit", data=form)
    assert answer.status_code == HTTPStatus.CONFLICT
    page = answer.text
    assert re.search(r'<th scope="row">\s*Length of a session, in minutes\s*</th>', page)
    assert re.search(r'id="sessions.count"\s[^>]*value="5"', page)
    assert editing.read_stored(world.services, cycle_id).policy.sessions.count == 2
    seen = re.search(r'name="version" value="(\d+)"', page)
    assert seen
    again = office.post(f"/cycles/{cycle_id}/policy/edit", data=form | {"version": seen[1]})
    assert again.is_redirect
    policy = editing.read_stored(world.services, cycle_id).policy
    assert (policy.sessions.count, policy.sessions.minutes) == (5, 90)


def test_form_without_a_version_replaces_nothing(world: World) -> None:
    cycle_id = commented_cycle(world)
    with pytest.raises(ChangedSinceError):
        editing.save_fields(
            world.services, cycle_id, fields(world, cycle_id, sessions__count="5"), -1
        )


def test_check_counts_pairs_and_stores_nothing(world: World, office: httpx.Client) -> None:
    cycle_id = commented_cycle(world)
    form = fields(world, cycle_id, rules__country__relation="same")
    answer = office.post(f"/cycles/{cycle_id}/policy/check", data=form)
    assert answer.status_code == HTTPStatus.OK
    page = answer.text
    assert "this rule allows 0 of 6 pairs" in page  # all coachees are from RS, all coaches from SE
    assert "3 coachees have no possible coach" in page
    assert "rules.country.relation" in page  # among what would change
    assert "start a run" in page
    assert cycles.read_cycle_file(world.services, cycle_id).text == COMMENTED
    quick = office.post(f"/cycles/{cycle_id}/policy/check", data=form | {"quick": "true"}).text
    assert "Press Check" in quick
    assert "Press Check" not in page


def test_page_explains_each_rule_with_its_own_text(world: World, office: httpx.Client) -> None:
    page = unescape(office.get(f"/cycles/{world.cycle()}/policy/edit").text)
    assert "The coachee and the coach share a language" in page
    assert "this rule allows 6 of 6 pairs" in page
    assert page.count("Default: ") == len(KEYS) - 3


def test_cycle_without_people_has_nothing_to_count(office: httpx.Client) -> None:
    created = office.post(API, json={"cycle": {"start": "2027-01-18", "end": "2027-07-16"}}).json()[
        "id"
    ]
    assert "There are no lists yet" in office.get(f"/cycles/{created}/policy/edit").text
    checked = office.post(f"{API}/{created}/policy/check", json={}).json()
    assert checked == {"differences": [], "needs_run": False, "counts": None}


def test_changes_are_checked_and_keys_are_listed_by_json(
    world: World, office: httpx.Client
) -> None:
    cycle_id = commented_cycle(world)
    changes = {"rules": {"country": {"relation": "same"}}, "cycle": {"name": "Autumn"}}
    checked = office.post(f"{API}/{cycle_id}/policy/check", json=changes).json()
    assert checked["needs_run"]
    assert checked["counts"]["left"] == 0
    assert {one["field"] for one in checked["differences"]} == {
        "rules.country.relation",
        "cycle.name",
    }
    renamed = office.post(f"{API}/{cycle_id}/policy/check", json={"cycle": {"name": "Autumn"}})
    assert not renamed.json()["needs_run"]
    wrong = office.post(f"{API}/{cycle_id}/policy/check", json={"sessions": {"count": "x"}})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    keys = {one["key"]: one for one in office.get(f"{API}/{cycle_id}/policy/keys").json()}
    assert keys["sessions.count"]["value"] == "2"
    assert keys["sessions.count"]["default"] == "6"
    assert keys["rules.rank.strict"]["rule"] == "rank"


def test_name_with_two_lines_is_a_fault_and_neither_line_is_dropped(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    twice = "RS: 2027-05-06\nSE: 2027-06-19\nRS: 2027-01-27"
    answer = office.post(f"/cycles/{cycle_id}/policy/check", data={"calendar.observances": twice})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "RS has several lines" in answer.text


def test_page_of_an_incomplete_cycle_file_opens_and_tells_why_nothing_can_be_changed(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    cycles.change_policy(world.services, cycle_id, {"sessions": {"count": 3}})
    with world.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        row.source = minimal_source(policy_of(row))
    page = office.get(f"/cycles/{cycle_id}/policy/edit")
    assert page.status_code == HTTPStatus.OK
    assert "not saved yet" not in page.text.lower()
    assert "erased" in page.text
