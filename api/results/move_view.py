"""View models of the changes between two plans, and display names of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.results import facts
from coach.people import Person
from coach.texts.facts import Displayed, Fact
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
    change: Displayed
    because: Displayed


def display_names(people: Iterable[Person]) -> DisplayNames:
    """Return each person's display name for managers, keyed by id."""
    return {one.id: person_label(one) for one in people}


def display_name(names: DisplayNames, one: str | None) -> str:
    """Return a person's display name, their id if `names` lacks it, or `nobody` for `None`."""
    return "nobody" if one is None else names.get(one, one)


def present_moves(moves: Iterable[Move], people: Iterable[Person]) -> tuple[MoveViewModel, ...]:
    """Return the view models of `moves`. Anyone who is not in `people` is identified by id."""
    names = display_names(people)
    return tuple(move_view(move, names) for move in moves)


def move_view(move: Move, names: DisplayNames) -> MoveViewModel:
    """Return the view model of a move. Anyone who is not in `names` is identified by id."""
    return MoveViewModel(
        coachee=display_name(names, move.coachee),
        change=describe_move(move, names),
        because=move.reason,
    )


def describe_move(move: Move, names: DisplayNames) -> Fact:
    """Describe a re-match's change for a coachee; coaches without a name are shown by id."""
    before, after = display_name(names, move.before), display_name(names, move.after)
    if move.sessions:
        return facts.MOVE_OTHER_TIMES(count=len(move.sessions), coach=after)
    if move.change is CoacheeChange.RETIMED:
        return facts.MOVE_OTHER_COUNT(coach=after)
    if move.before is None:
        return facts.MOVE_PLACED(after=after)
    if move.after is None:
        return facts.MOVE_UNPLACED(before=before)
    return facts.MOVE_OTHER_COACH(after=after, before=before)
