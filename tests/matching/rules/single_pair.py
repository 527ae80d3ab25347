"""Rule inputs with a single coachee and a single coach, or with many similar people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, Roster
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs

_PERSON = {
    "name": "A Person",
    "email": "person@example.org",
    "country": "SE",
    "languages": (LanguageSkill("en", CefrLevel.C1),),
    "availability": (WeeklyWindow(0, 540, 720),),
    "timezone": "Europe/Stockholm",
}
_OF_COACH = {"id": "k", "name": "Another Person", "email": "coach@example.org", "capacity": 1}
DATES = {"cycle": {"start": date(2027, 1, 18), "end": date(2027, 7, 16)}}
"""The required tables and keys of a cycle file."""


def pair_inputs(
    coachee: Mapping[str, object],
    coach: Mapping[str, object],
    policy: Mapping[str, object],
    *,
    earlier: bool = False,
) -> RuleInputs:
    """Return the inputs of the rules for a coachee `c` and a coach `k`.

    The arguments contain the fields that differ from the defaults. `earlier` is true if the two
    people were a pair in an earlier cycle.
    """
    roster = Roster(
        coachees=(Coachee.model_validate({**_PERSON, "id": "c", "role": "commander", **coachee}),),
        coaches=(Coach.model_validate({**_PERSON, **_OF_COACH, **coach}),),
        earlier_pairs=(("c", "k"),) if earlier else None,
    )
    cycle = Cycle.model_validate({**DATES, **policy}, strict=False)
    return RuleInputs(roster, cycle, build_availability_grid(roster, cycle))


def alike_inputs(
    coachees: int,
    coaches: int,
    policy: Mapping[str, object],
    *,
    earlier_pairs: tuple[tuple[str, str], ...] | None = None,
    persons: Mapping[str, str] | None = None,
) -> RuleInputs:
    """Return the inputs of the rules for coachees `c0`, `c1`, ... and coaches `k0`, `k1`, ...

    `persons` contains the value of `person` for some of their codes.
    """
    single = pair_inputs({}, {}, policy)
    (coachee,), (coach,) = single.roster.coachees, single.roster.coaches
    known = persons or {}

    def changes(code: str) -> dict[str, object]:
        return {"id": code, "person": known.get(code, ""), "email": f"{code}@example.org"}

    roster = Roster(
        coachees=tuple(coachee.model_copy(update=changes(f"c{n}")) for n in range(coachees)),
        coaches=tuple(coach.model_copy(update=changes(f"k{n}")) for n in range(coaches)),
        earlier_pairs=earlier_pairs,
    )
    return replace(single, roster=roster)
