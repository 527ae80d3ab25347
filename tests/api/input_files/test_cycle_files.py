"""Cycle files, and references between files."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.input_files.cycle_inputs import (
    CycleInputs,
    ListReading,
    fingerprint,
    parse_inputs,
    read_inputs,
)
from api.input_files.reference_data import reference
from api.input_files.source import NamedFile
from coach.availability import DateRange, WeeklyWindow
from coach.cycle import CountryRelation, Cycle
from coach.errors import InputFault, UnusableInputError
from coach.intake.cycle_file import CycleFile, read_cycle
from coach.intake.reference import ReadContext
from coach.languages import CefrLevel
from coach.objective import LISTED_LEVELS
from coach.texts.renderer import english
from matching.errors import ImpossiblePin, ImpossiblePinsError

DATES = "[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n"
COACHEES = b"""\
id,name,email,country,languages,availability,role,prefers,refuses,birth_year
C-1,Ana,a@example.org,ME,en,Mon 09:00-12:00,commander,K-1,,1970
C-2,Eva,e@example.org,ME,en,Mon 09:00-12:00,commander,,K-2,
"""
COACHES = b"""\
id,name,email,country,languages,availability,capacity,refuses
K-1,Bo,b@example.org,SE,en,Mon 09:00-12:00,2,
K-2,Jo,j@example.org,SE,en,Mon 09:00-12:00,2,C-1
"""
REFERENCE_TEXT = (Path(__file__).parent / "cycle-with-every-key.toml").read_text("utf-8")


def read(text: str) -> CycleFile:
    return read_cycle("cycle.toml", text, ReadContext(reference()))


def together(
    cycle: str = DATES,
    coachees: bytes = COACHEES,
    coaches: bytes = COACHES,
    *,
    strict: bool = False,
) -> CycleInputs:
    return parse_inputs(
        NamedFile("cycle.toml", cycle.encode()),
        NamedFile("c.csv", coachees),
        NamedFile("k.csv", coaches),
        reading=ListReading(strict=strict),
    )


def refusal(
    cycle: str = DATES,
    coachees: bytes = COACHEES,
    coaches: bytes = COACHES,
    *,
    strict: bool = False,
) -> list[str]:
    with pytest.raises(UnusableInputError) as refused:
        together(cycle, coachees, coaches, strict=strict)
    return str(refused.value).splitlines()


def test_defaults_match_the_reference() -> None:
    full = read(REFERENCE_TEXT)
    assert full.faults == ()
    assert full.cycle is not None
    short = read(DATES).cycle
    assert short is not None
    assert short.sessions == full.cycle.sessions
    assert short.weights == full.cycle.weights
    assert short.objective == full.cycle.objective
    assert short.rules.rank == full.cycle.rules.rank
    assert short.rules.language.minimum_level is CefrLevel.B2
    assert short.rules.country.relation is CountryRelation.ANY
    assert (short.pins, short.bans, short.calendar.blackout) == ({}, {}, ())


def test_every_key_is_read() -> None:
    cycle = read(REFERENCE_TEXT).cycle
    assert cycle is not None
    assert cycle.cycle.start == date(2027, 1, 18)
    assert cycle.calendar.blackout == (
        DateRange(date(2027, 4, 30), date(2027, 5, 3)),
        DateRange(date(2027, 6, 1), date(2027, 6, 1)),
    )
    assert cycle.rules.language.groups == (frozenset({"bs", "cnr", "hr", "sr"}),)
    assert cycle.rules.country.excluded == (frozenset({"RS", "XK"}),)
    assert cycle.pins == {"C-017": "K-04"}
    assert cycle.bans == {"C-018": {"K-05", "K-06"}}
    mornings = {WeeklyWindow(day, 540, 720) for day in range(7)}
    assert set(cycle.timetable.preferred) == {*mornings, WeeklyWindow(1, 780, 900)}
    assert cycle.timetable.preferred_times("C-017") == (WeeklyWindow(2, 780, 960),)
    assert cycle.timetable.preferred_times("C-018") == cycle.timetable.preferred
    assert cycle.objective.levels == LISTED_LEVELS


def test_cycle_survives_a_round_trip_through_json() -> None:
    cycle = read(REFERENCE_TEXT).cycle
    assert cycle is not None
    assert Cycle.model_validate_json(cycle.model_dump_json()) == cycle


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("", "1:cycle.start", "is missing"),
        ("[cycle]\nstart = 2027-01-01\n", "1:cycle.end", "is missing"),
        (DATES.replace("2027-07-16", "2027-01-17"), "3:cycle.end", "before the first day"),
        (DATES.replace("2027-07-16", "2127-01-17"), "3:cycle.end", "ten years"),
        (DATES.replace("2027-01-18", "1027-01-17"), "2:cycle.start", "between 2000 and 2199"),
        (DATES.replace("2027-01-18", '"2027-01-18"'), "2:cycle.start", "without quotes"),
        (DATES.replace("2027-01-18", "2027-01-18T09:00:00"), "2:cycle.start", "date with a time"),
        (DATES + 'timezone = "CET+1"\n', "4:cycle.timezone", "not a time zone"),
        (DATES + "name = 3\n", "4:cycle.name", "is a whole number"),
        (DATES + "[sessions]\ncuont = 6\n", "5:sessions.cuont", "did you mean 'count'"),
        (DATES + "[sessions]\ncount = 21\n", "5:sessions.count", "from 1 to 20"),
        (DATES + '[sessions]\ncount = "6"\n', "5:sessions.count", "text; must be a whole number"),
        (DATES + "[sessions]\ncount = 6.0\n", "5:sessions.count", "a decimal number"),
        (DATES + "[sessions]\ncount = true\n", "5:sessions.count", "is true or false"),
        (DATES + "[sessions]\nmin_gap_days = 50\n", "4:sessions.max_gap_days", "shorter than the"),
        (DATES + "count = 6\n", "4:cycle.count", "belongs in [sessions]"),
        (DATES + "[calendar]\npublic_holidays = 1\n", "5:calendar.public_holidays", "true or"),
        (DATES + '[calendar]\nblackout = "x"\n', "5:calendar.blackout", "must be a list"),
        (DATES + '[calendar]\nblackout = [\n"2027-04-31"]\n',
         "6:calendar.blackout[0]", "not a real date"),
        (DATES + '[rules.language]\nminimum_level = "B7"\n',
         "5:rules.language.minimum_level", "C1"),
        (DATES + '[rules.language]\ngroups = [["sh"]]\n', "5:rules.language.groups[0][0]", "cnr"),
        (DATES + '[rules.country]\nrelation = "diferent"\n', "5:rules.country.relation", "did you"),
        (DATES + '[rules.country]\nexcluded = [["RS"]]\n', "5:rules.country.excluded[0]", "two"),
        (DATES + "[rules.country]\nminimum_cross_border_share = 1.5\n",
         "5:rules.country.minimum_cross_border_share", "from 0 to 1"),
        (DATES + "[rules.country]\nminimum_cross_border_share = nan\n",
         "5:rules.country.minimum_cross_border_share", "from 0 to 1"),
        (DATES + "[rules.unit]\nhard = true\n", "5:rules.unit.hard", "not a key of [rules.unit]"),
        (DATES + "[rules]\nrank = 3\n", "5:rules.rank", "must be a table: [rules.rank]"),
        (DATES + "[rule]\n", "4:rule", "did you mean 'rules'"),
        (DATES + "[pins]\nC-1 = 4\n", "5:pins.C-1", "text in quotes"),
        (DATES + '[bans]\nC-1 = "K-1"\n', "5:bans.C-1", "must be a list"),
        (DATES + "[weights]\nlanguage = 101\n", "5:weights.language", "from 0 to 100"),
        (DATES + '[timetable]\npreferred = ["9-12"]\n', "5:timetable.preferred[0]", "09:00-12:00"),
        (DATES + '[timetable]\npreferred = ["Mon 09:00-08:00"]\n',
         "5:timetable.preferred[0]", "is not after its start"),
        (DATES + '[timetable]\npreferred = "09:00-12:00"\n', "5:timetable.preferred", "a list"),
        (DATES + '[timetable]\npreferred = ["09:00-12:00"]\n', "4:timetable.hours", "no effect"),
        (DATES + "[timetable]\nleave = 0\nhours = 20\n", "6:timetable.hours", "no preferred times"),
        (DATES + '[timetable]\nhours = 20\npreferred = ["09:00-12:00"]\n',
         "5:timetable.hours", "add up to 120"),
        (DATES + '[timetable.preferred_by]\n"C-1" = ["Mo 09:00-12:00"]\n',
         "5:timetable.preferred_by.C-1[0]", "not a weekday"),
        (DATES + '[objective]\nlevels = ["worst", "placed"]\n', "5:objective.levels", "first"),
        (DATES + '[objective]\nlevels = ["placed", "schedule", "total"]\n',
         "5:objective.levels", "last"),
        (DATES + '[objective]\nlevels = ["placed", "placed"]\n', "5:objective.levels", "only once"),
        (DATES + "[sessions\n", "4:file", "not valid TOML"),
        (DATES + "[sessions]\ncount = = 4\n", "5:sessions.count", "not valid TOML"),
        (DATES + "end = 2027-08-01\n", "4:cycle.end", "not valid TOML"),
    ],
)  # fmt: skip
def test_fault_is_located_by_line_and_key(text: str, place: str, expected: str) -> None:
    faults = read(text).faults
    assert [str(fault) for fault in faults if str(fault).startswith(f"cycle.toml:{place}: ")]
    assert any(expected in english(fault.message) for fault in faults)


def test_all_faults_of_a_cycle_are_sorted_by_line() -> None:
    text = DATES.replace("2027-07-16", "2026-07-16") + "[sessions]\ncount = 0\nminutes = 0\n[x]\n"
    assert [fault.row for fault in read(text).faults] == [3, 5, 6, 7]


def test_invalid_lines_do_not_hide_other_faults() -> None:
    text = (
        DATES.replace("2027-07-16", "2027-07-32")
        + 'name = "no end\n[sessions]\ncuont = 6\nminutes = = 90\n[calendar]\nblackout = [\n'
        + '"2027-05-01"\n"2027-05-02",\n]\n[weights]\nrank = 101\n'
    )
    assert [f"{fault.row}:{fault.column}" for fault in read(text).faults] == [
        "3:cycle.end",
        "4:cycle.name",
        "6:sessions.cuont",
        "7:sessions.minutes",
        "11:calendar.blackout[0]",
        "14:weights.rank",
    ]
    broken_header = DATES + "[sessions\ncuont = 6\n"
    assert [fault.row for fault in read(broken_header).faults] == [4]


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "9" * 5000,
        "x = " + "[" * 50_000,
        "x = " + "{a = " * 50_000,
        ".".join("a" * 50_000) + " = 1",
        "[" + ".".join("a" * 50_000) + "]",
        "x = " + '"' * 50_000,
        DATES + "[sessions]\ncount = 1" + "0" * 99,
    ],
)
def test_huge_numbers_and_deep_nesting_are_faults(text: str) -> None:
    assert read(text).faults


@given(st.text(max_size=80) | st.text("[]{}=.\"'\n #ab1-:", max_size=80))
def test_text_never_crashes_the_reader(text: str) -> None:
    assert all(isinstance(fault, InputFault) for fault in read(text).faults)


_TOML_VALUES = st.recursive(
    st.sampled_from(["1", "-1", "true", "nan", "1.5", '"x"', '"B2"', "2027-01-18", "12:00:00",
                     "2027-01-18T12:00:00Z", "[]", "{}"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]")
    | inner.map(lambda value: f"{{a = {value}}}"),
    max_leaves=4,
)  # fmt: skip


@given(st.sampled_from(sorted(tomllib.loads(REFERENCE_TEXT))), st.data())
def test_value_of_any_type_never_crashes_the_reader(table: str, data: st.DataObject) -> None:
    inside = tomllib.loads(REFERENCE_TEXT)[table]
    key = data.draw(st.sampled_from(sorted(inside)))
    text = (DATES if table != "cycle" else "") + f"[{table}]\n{key} = {data.draw(_TOML_VALUES)}\n"
    faults = read(text).faults
    assert all("\n" not in english(fault.message) for fault in faults)


def test_invalid_encoding_is_located() -> None:
    with pytest.raises(UnusableInputError) as refused:
        parse_inputs(
            NamedFile("cycle.toml", (DATES + 'name = "č"').encode("cp1250")),
            NamedFile("c.csv", COACHEES),
            NamedFile("k.csv", COACHES),
        )
    assert str(refused.value).startswith("cycle.toml:4:file: contains the byte 0xE8")


def test_consistent_files_result_in_a_roster() -> None:
    inputs = together(DATES + '[pins]\nC-2 = "K-1"\n[bans]\nC-2 = ["K-2"]\n')
    assert [person.id for person in inputs.roster.coachees] == ["C-1", "C-2"]
    assert [person.id for person in inputs.roster.coaches] == ["K-1", "K-2"]
    assert sorted(inputs.files) == ["coachees.csv", "coaches.csv", "cycle.toml"]
    assert inputs.sha256 == fingerprint(inputs.files)


def test_unknown_ids_are_reported_with_suggestions_if_strict() -> None:
    found = refusal(
        DATES + '[pins]\nC-9 = "K-7"\n[bans]\nC-1 = ["K-1", "K 2"]\n',
        COACHEES.replace(b"K-1", b"K-11;K-2;x"),
        COACHES.replace(b"C-1", b"C-l"),
        strict=True,
    )
    assert [line.rsplit(": ", 1)[0] for line in found] == [
        "cycle.toml:5:pins.C-9",
        "cycle.toml:5:pins.C-9",
        "cycle.toml:7:bans.C-1",
        "c.csv:2:prefers",
        "c.csv:2:prefers",
        "k.csv:3:refuses",
    ]
    assert "did you mean 'K-1'" in found[3]


def test_preferred_times_of_unknown_coachees_are_reported_at_their_line() -> None:
    table = '[timetable]\nleave = 0\nhours = 20\n[timetable.preferred_by]\nC-9 = ["09:00-12:00"]\n'
    lines = refusal(DATES + table)
    assert [line.split(": ")[0] for line in lines] == ["cycle.toml:8:timetable.preferred_by.C-9"]
    assert "is not the ID of" in lines[0]


def test_unknown_ids_are_reported_with_other_faults_of_the_cycle() -> None:
    levels = '[objective]\nlevels = ["placed", "schedule", "placed"]\n'
    lines = refusal(
        f'{DATES}[pins]\nC-9 = "K-1"\nC-1 = 5\n[bans]\nC-2 = ["K-9"]\nC-1 = ["K-8", 7]\n{levels}'
    )
    assert [line.split(": ")[0] for line in lines] == [
        "cycle.toml:5:pins.C-9",
        "cycle.toml:6:pins.C-1",
        "cycle.toml:8:bans.C-2",
        "cycle.toml:9:bans.C-1[1]",
        "cycle.toml:11:objective.levels",
    ]
    assert "only once" in lines[-1]
    assert "must be the last" in lines[-1]


def test_ids_are_not_checked_if_the_other_file_is_unreadable() -> None:
    assert [line.split(":")[0] for line in refusal(coaches=b"\xff\xfe")] == ["k.csv"]
    no_ids = COACHES.replace(b"id,", b"idd,")
    assert {line.split(":")[0] for line in refusal(coaches=no_ids)} == {"k.csv"}


def test_banned_pin_and_late_birth_year_are_reported() -> None:
    found = refusal(
        DATES + '[pins]\nC-1 = "K-1"\n[bans]\nC-1 = ["K-1"]\n', COACHEES.replace(b"1970", b"2026")
    )
    assert found[0].startswith("cycle.toml:5:pins.C-1: 'K-1' is also banned")
    assert found[1].startswith("c.csv:2:birth_year: 2026 is too late")


def test_all_missing_files_are_reported(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError) as refused:
        read_inputs(tmp_path / "a.toml", tmp_path, tmp_path / "k.csv", tmp_path / "kept.json")
    lines = str(refused.value).splitlines()
    assert lines == [
        f"{tmp_path / 'a.toml'}:1:file: there is no such file",
        f"{tmp_path}:1:file: this is a folder, not a file",
        f"{tmp_path / 'k.csv'}:1:file: there is no such file",
        f"{tmp_path / 'kept.json'}:1:file: there is no such file",
    ]


def test_impossible_pin_is_located_at_its_line() -> None:
    inputs = together(DATES + '[pins]\nC-2 = "K-1"\nC-1 = "K-2"\n')
    error = ImpossiblePinsError((ImpossiblePin("C-1", "K-2", "the coach refuses the coachee"),))
    assert str(inputs.pin_faults(error)) == (
        "cycle.toml:6:pins.C-1: C-1 cannot be matched with K-2: the coach refuses the coachee"
    )


def test_fingerprint_depends_on_names_and_contents() -> None:
    prints = {
        fingerprint({"a": b"bc"}),
        fingerprint({"ab": b"c"}),
        fingerprint({"a": b"b", "b": b"c"}),
        fingerprint({"a": b"bd"}),
    }
    assert len(prints) == 4
    assert fingerprint({"b": b"2", "a": b"1"}) == fingerprint({"a": b"1", "b": b"2"})


WAIVER = '[[waivers]]\ncoachee = "C-1"\ncoach = "K-1"\nrule = "rank"\nreason = "agreed"\n'


def test_waivers_are_read_and_absent_by_default() -> None:
    both = together(DATES + WAIVER + WAIVER.replace("rank", "country")).cycle.waivers
    assert [(one.coachee, one.coach, one.rule, one.reason) for one in both] == [
        ("C-1", "K-1", "rank", "agreed"), ("C-1", "K-1", "country", "agreed")
    ]  # fmt: skip
    assert together().cycle.waivers == ()
    assert "waivers" not in together().cycle.model_dump(mode="json")


def test_faults_of_waivers_are_located_at_their_keys() -> None:
    wrong = (
        WAIVER
        + WAIVER.replace("C-1", "C-9").replace("K-1", "K-9")
        + WAIVER.replace("rank", "unit").replace('reason = "agreed"', 'reasn = ""')
        + WAIVER
    )
    lines = refusal(DATES + wrong)
    places = [line.split(": ")[0] for line in lines]
    assert places == [
        "cycle.toml:10:waivers[1].coachee",
        "cycle.toml:11:waivers[1].coach",
        "cycle.toml:14:waivers[2].reason",
        "cycle.toml:17:waivers[2].rule",
        "cycle.toml:18:waivers[2].reasn",
        "cycle.toml:19:waivers[3]",
    ]
    assert "required for every waiver" in lines[2]
    assert "did you mean 'reason'" in lines[4]
    assert "waiver 1" in lines[5]


def test_waiver_needs_a_reason() -> None:
    (line,) = refusal(DATES + WAIVER.replace('"agreed"', '"  "'))
    assert line.startswith("cycle.toml:8:waivers[0].reason")


def test_observances_are_categories_of_holidays_of_a_country() -> None:
    text = DATES + '[calendar]\nobservances = { ME = ["orthodox", "catholic"] }\n'
    assert together(text).cycle.calendar.observances == {"ME": ("catholic", "orthodox")}
    assert "observances" not in together().cycle.model_dump(mode="json")["calendar"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('{ ME = ["ortodox"] }', "did you mean 'orthodox'"),
        ('{ ME = ["workday"] }', "not a holiday category for ME"),
        ('{ RS = ["orthodox"] }', "not a holiday category for RS; use public"),
        ('{ QQ = ["orthodox"] }', "not a country code"),
        ('["orthodox"]', "must be a table"),
        ('{ ME = "orthodox" }', "must be a list"),
    ],
)
def test_unknown_observance_is_a_located_fault(written: str, told: str) -> None:
    lines = refusal(DATES + f"[calendar]\nobservances = {written}\n")
    assert len(lines) == 1
    assert lines[0].startswith("cycle.toml:5:calendar.observances")
    assert told in lines[0]


def test_pairs_of_earlier_cycles_are_allowed_by_default() -> None:
    assert read(DATES).cycle.rules.repeat.earlier == "allow"
    assert "repeat" not in read(DATES).cycle.model_dump(mode="json")["rules"]
    text = DATES + '[rules.repeat]\nearlier = "avoid"\n'
    assert read(text).cycle.model_dump(mode="json")["rules"]["repeat"] == {"earlier": "avoid"}


def test_unknown_setting_for_earlier_pairs_is_a_located_fault() -> None:
    (line,) = refusal(DATES + '[rules.repeat]\nearlier = "avoided"\n')
    assert line.startswith("cycle.toml:5:rules.repeat.earlier")
    assert "is not valid; use allow, avoid or forbid" in line
    assert "did you mean 'avoid'" in line


def test_level_of_earlier_pairs_cannot_be_listed() -> None:
    (line,) = refusal(DATES + '[objective]\nlevels = ["placed", "repeat"]\n')
    assert line.startswith("cycle.toml:5:objective.levels[1]")
    assert "'repeat' is not valid; use placed, kept, worst, total or schedule" in line
