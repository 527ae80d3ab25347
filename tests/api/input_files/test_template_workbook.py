"""The template workbook: drop-down lists of valid values, and examples that are never matched."""

from __future__ import annotations

import io
from functools import cache
from gettext import NullTranslations

import pytest
from openpyxl import Workbook, load_workbook

from api.input_files.people_file import people_sheet
from api.input_files.reference_data import reference
from api.input_files.template_workbook import template_workbook
from coach.intake.columns import COLUMNS, PeopleKind
from coach.intake.reference import ReadContext
from coach.ranks import parse_code
from coach.texts.locales import ENGLISH
from coach.texts.renderer import Renderer

KINDS = list(PeopleKind)


@cache
def content() -> bytes:
    return template_workbook(Renderer(ENGLISH, NullTranslations()))


def drop_downs(kind: PeopleKind) -> dict[str, list[str]]:
    """Return the values in the drop-down list of each column that has one."""
    workbook = load_workbook(io.BytesIO(content()))
    sheet = workbook[kind.value]
    found = {}
    for rule in sheet.data_validations.dataValidation:
        column = sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value
        if rule.formula1.startswith('"'):
            found[column] = rule.formula1.strip('"').split(",")
        else:
            name, _, area = rule.formula1.partition("!")
            found[column] = [row[0].value for row in workbook[name][area.replace("$", "")]]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_countries_ranks_and_zones_have_drop_down_lists_of_all_valid_values(
    kind: PeopleKind,
) -> None:
    lists, known = drop_downs(kind), reference()
    assert sorted(lists["country"]) == sorted(known.countries)
    assert lists["country"][0] == "AL"
    assert set(lists["timezone"]) <= known.timezones
    assert {"Europe/Belgrade", "Europe/Stockholm"} <= set(lists["timezone"])
    assert None not in map(parse_code, lists["rank"])
    assert len(set(lists["rank"])) == len(lists["rank"]) == 31


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_of_a_short_list_is_valid(kind: PeopleKind) -> None:
    lists = drop_downs(kind)
    context = ReadContext(reference(), strict=True)
    for column in COLUMNS[kind]:
        for value in lists.get(column.name, ()):
            column.read(value, context)
    assert {one.name for one in COLUMNS[kind] if one.allowed} < set(lists)


def test_sheet_with_the_lists_is_hidden_and_the_first_one_is_open() -> None:
    workbook = load_workbook(io.BytesIO(content()))
    assert [sheet.sheet_state for sheet in workbook] == ["visible", "visible", "visible", "hidden"]
    assert workbook.active.title == "coachees"


@pytest.mark.slow
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_example_is_never_a_person_even_if_some_of_it_was_changed(
    kind: PeopleKind, strict: bool
) -> None:
    def read(workbook: Workbook) -> tuple[list[str], int]:
        out = io.BytesIO()
        workbook.save(out)
        context = ReadContext(reference(), strict=strict)
        sheet = people_sheet("people.xlsx", out.getvalue(), kind, context)
        assert sheet.faults == ()
        return list(sheet.ids), len(sheet.left_out)

    workbook = load_workbook(io.BytesIO(content()))
    sheet = workbook[kind.value]
    assert read(workbook) == ([], 1)
    sheet["G2"], sheet["J2"] = None, 1980
    assert read(workbook) == ([], 1)
    sheet.append([cell.value for cell in sheet[2]])
    sheet["A3"] = "X-900"
    assert read(workbook) == (["X-900"], 1)
