"""View models of the changes between two plans, and display names of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from coach.people import Person
from coach.plural import pluralise
from matching.explanation.candidate_changes import person_label
from matching.result import (
    CoacheeChange,
    Move,
)

DisplayNames = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MoveViewModel:
    """A change for one coachee in a re-match, and the reason for it.

    People who have left the cycle are identified by id.
    """

    coachee: str
    change: str
    because: str


def display_names(people: Iterable[Person]) -> DisplayNames:
    """Return each person's display name for managers, by id."""
    return {one.id: person_label(one) for one in people}


def display_name(names: DisplayNames, one: str | None) -> str:
    """Return a person's display name, or their id if they have left the cycle."""
    return "nobody" if one is None else names.get(one, one)


def present_moves(moves: Iterable[Move], people: Iterable[Person]) -> tuple[MoveViewModel, ...]:
    """Return the view models of `moves`. Anyone who is not in `people` is identified by id."""
    name_of = partial(display_name, display_names(people))

    def change(move: Move) -> str:
        if move.sessions:
            times = pluralise(len(move.sessions), "session")
            return f"{times} with {name_of(move.after)} at other times"
        if move.change is CoacheeChange.RETIMED:
            return f"stays with {name_of(move.after)}, for more or fewer sessions"
        return f"{name_of(move.after)} instead of {name_of(move.before)}"

    return tuple(
        MoveViewModel(coachee=name_of(move.coachee), change=change(move), because=move.because)
        for move in moves
    )
