"""Changing a cycle's policy; its file keeps its comments and can be downloaded again."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.cycles.rows import CycleRow
from api.cycles.service import read_policy
from api.data_protection.erase_runs import minimal_source
from api.input_files.source import NamedFile
from api.overview import cycles
from api.overview.cycles import PolicyText
from coach.errors import ConflictError, UnusableInputError
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1/cycles"
COMMENTED = """\
# From the meeting in Sarajevo
[cycle]
name = "Spring"
start = 2027-01-18
end = 2027-07-16
[sessions]
count = 2 # short
"""


def commented_cycle(world: World) -> str:
    cycle_id = world.cycle()
    cycles.replace_policy(world.services, cycle_id, NamedFile("c.toml", COMMENTED.encode()))
    return cycle_id


def test_changed_policy_is_handed_out_with_its_comments(world: World, office: httpx.Client) -> None:
    cycle_id = commented_cycle(world)
    answer = office.patch(
        f"{API}/{cycle_id}/policy", json={"sessions": {"count": 3}}, headers=ANY_VERSION
    )
    assert answer.status_code == HTTPStatus.OK
    handed_out = office.get(f"{API}/{cycle_id}/policy.toml")
    assert handed_out.text == COMMENTED.replace("count = 2", "count = 3")
    assert "attachment" in handed_out.headers["content-disposition"]
    assert office.get(f"{API}/{cycle_id}/policy").json()["sessions"]["count"] == 3


def test_invalid_change_names_the_line_and_changes_nothing(world: World) -> None:
    cycle_id = commented_cycle(world)
    with pytest.raises(UnusableInputError) as refused:
        cycles.change_policy(world.services, cycle_id, {"sessions": {"count": 300}})
    assert [(one.row, one.column) for one in refused.value.faults] == [(7, "sessions.count")]
    assert cycles.read_cycle_file(world.services, cycle_id).text == COMMENTED


def test_policy_whose_file_was_shortened_by_an_erasure_is_not_changed_in_part(
    world: World,
) -> None:
    cycle_id = commented_cycle(world)
    with world.database.writing() as tx:
        row = tx.get_one(CycleRow, cycle_id)
        row.source = minimal_source(read_policy(world.services, cycle_id).policy)
    with pytest.raises(ConflictError, match="erased"):
        cycles.change_policy(world.services, cycle_id, {"sessions": {"minutes": 60}})


def test_edited_text_replaces_the_policy_unless_it_has_changed_since(
    world: World, office: httpx.Client
) -> None:
    cycle_id = commented_cycle(world)
    path = f"/cycles/{cycle_id}/policy/text"
    page = office.get(path).text
    area = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    seen = re.search(r'name="version" value="(\d+)"', page)
    assert area
    assert seen
    assert unescape(area[1]) == COMMENTED
    form = {"text": COMMENTED.replace("count = 2", "count = 4").replace("\n", "\r\n")}
    assert office.post(path, data=form | {"version": seen[1]}).is_redirect
    stored = cycles.read_cycle_file(world.services, cycle_id).text
    assert stored == COMMENTED.replace("count = 2", "count = 4")
    late = office.post(path, data=form | {"version": seen[1]})
    assert late.status_code == HTTPStatus.CONFLICT
    assert "# short" in late.text  # the text that was entered is not lost


def test_faults_of_an_edited_text_are_listed(world: World) -> None:
    cycle_id = commented_cycle(world)
    with pytest.raises(UnusableInputError) as refused:
        cycles.edit_policy(world.services, cycle_id, PolicyText(text="[cycle]\n", version=1))
    assert {fault.column for fault in refused.value.faults} == {"cycle.start", "cycle.end"}
