"""Identifies the two people in a decision from the text or selection in a form."""

from __future__ import annotations

from collections.abc import Sequence

from api.overview.pair_decisions import facts
from coach.errors import InputFault
from coach.intake.fault_messages import excerpt
from coach.named_people import NamedPeople
from coach.people import Person, Roster
from coach.texts.facts import Fact


def suggestion(person: Person) -> str:
    """Return the text that represents a person in a list of suggestions: id and name."""
    return f"{person.id} {person.name}"


def read_pair(roster: Roster, coachee: str, coach: str) -> tuple[str, str, list[InputFault]]:
    """Return the ids of a coachee and a coach (empty if not found), and faults in the texts."""
    faults: list[InputFault] = []
    ids: list[str] = []
    for field, people, text in (
        ("coachee", roster.coachees, coachee),
        ("coach", roster.coaches, coach),
    ):
        found, problem = _find(people, text.strip())
        ids.append(found)
        if problem is not None:
            faults.append(InputFault("form", 1, field, problem))
    return ids[0], ids[1], faults


def _find(people: Sequence[Person], text: str) -> tuple[str, Fact | None]:
    if not text:
        return "", facts.CHOOSE_PERSON()
    chosen = [one.id for one in people if text in (one.id, suggestion(one))]
    found = chosen or NamedPeople.of(people).find([text])
    if len(found) == 1:
        return found[0], None
    if found:
        return "", facts.SEVERAL_PEOPLE(text=excerpt(text), ids=found)
    return "", facts.NO_SUCH_PERSON(text=excerpt(text))
