"""Lists written by an import are read back as the same people, whatever the cells contain."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from api.files.csv_injection import escape_formula, unescape_formula
from api.input_files.cycle_inputs import CycleInputs, ListReading, parse_inputs
from api.input_files.list_import import import_lists
from api.input_files.source import NamedFile
from coach.errors import UnusableInputError
from coach.people import Roster

CYCLE = NamedFile("cycle.toml", b"[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n")
COLUMNS = ("id", "name", "email", "country", "languages", "availability", "unavailable", "unit",
           "topics", "person", "refuses", "rank")  # fmt: skip
TEXT = st.text(st.sampled_from("ab Čж'\"=+-@;,.\t\n\u00a0\u2028#1"), min_size=1, max_size=8)
CELLS = {
    "name": TEXT,
    "unit": TEXT,
    "topics": TEXT,
    "person": TEXT,
    "refuses": st.sampled_from(["", "=1", "=1; -2", "=1, X-9", "'=1"]),
    "email": st.sampled_from(["a@x.org", "+a@x.org", "=a@x.org", "Ana <a@x.org>"]),
    "country": st.sampled_from(["ME", "Srbija", "HRV"]),
    "languages": st.sampled_from(["sr", "shqip, en:B2", "cnr:C2; en"]),
    "availability": st.sampled_from(["Mon 09:00-12:00", "pon-pet 9-12", "Tue 9-12, 14-16"]),
    "unavailable": st.sampled_from(["", "1.2.2027", "2027-02-01..2027-02-14", "46450"]),
    "rank": st.sampled_from(["", "CIV", "OF5", "pukovnik", "CIV~OF-6", "CIV>OF-10"]),
}
PERSON = st.fixed_dictionaries(CELLS)


def read(coachees: bytes, coaches: bytes, *, strict: bool) -> CycleInputs:
    lists = NamedFile("coachees.csv", coachees), NamedFile("coaches.csv", coaches)
    return parse_inputs(CYCLE, *lists, reading=ListReading(strict=strict))


def list_of(ids: tuple[str, ...], people: list[dict[str, str]], *own: str) -> bytes:
    """Return a list with these ids and people; `own` is an extra column: header and value."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow((*COLUMNS, own[0]))
    for ident, person in zip(ids, people, strict=True):
        table.writerow([*(({"id": ident} | person)[name] for name in COLUMNS), own[1]])
    return text.getvalue().encode()


def known(roster: Roster) -> Roster:
    """Return the roster with any refusals that name people outside it removed."""
    coachees, coaches = ({one.id for one in people} for people in (roster.coachees, roster.coaches))
    return roster.model_copy(
        update={
            name: tuple(one.model_copy(update={"refuses": one.refuses & ids}) for one in people)
            for name, people, ids in (
                ("coachees", roster.coachees, coaches),
                ("coaches", roster.coaches, coachees),
            )
        }
    )


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(PERSON, min_size=2, max_size=2), st.lists(PERSON, min_size=2, max_size=2))
def test_written_lists_are_read_strictly_as_the_same_people(
    first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    coachees = list_of(("=1", "-2"), first, "role", "commander")
    coaches = list_of(("=1", "@2"), second, "capacity", "1")
    try:
        inputs = read(coachees, coaches, strict=False)
    except UnusableInputError:
        assume(False)
    imported = import_lists(inputs, None)
    files = imported.files()
    again = read(files["coachees.csv"], files["coaches.csv"], strict=True)
    assert again.roster == known(inputs.roster) == imported.written
    assert import_lists(again, inputs.roster).files() == {
        **files,
        "understood.csv": b"\xef\xbb\xbffile,row,column,written,read_as,sheet\n",
    }


@settings(max_examples=50)
@given(st.text("'=-a\t", max_size=5))
def test_protected_cell_is_never_a_formula_and_is_read_as_it_was(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text
    assert not escape_formula(text).startswith(("=", "-", "\t"))
