"""Small random instances in which people are both coachee and coach, or entered twice."""

from __future__ import annotations

from random import Random

from coach.cycle import Cycle
from coach.people import Person, Roster
from tests.matching.crowded import crowded

_BOTH_ROLES = 0.6
_TWICE = 0.15
_SAME_HOURS = 0.7


def both_roles(random: Random) -> tuple[Roster, Cycle]:
    """Return an instance whose coaches are mostly also coachees, with time for few sessions."""
    roster, cycle = crowded(random, (2, 3, 3, 4))
    while len(roster.coaches) == 1:
        roster, cycle = crowded(random, (2, 3, 3, 4))
    if random.random() < _SAME_HOURS:
        roster = _with_same_hours(random, roster)
    coachees, coaches = [*roster.coachees], [*roster.coaches]
    as_one = random.choice([_by_person, _by_name])
    for column, row in enumerate(random.sample(range(len(coachees)), k=len(coachees))):
        if column < len(coaches) and random.random() < _BOTH_ROLES:
            coachees[row], coaches[column] = as_one(coachees[row], coaches[column])
    if random.random() < _TWICE:
        coachees[0], coachees[1] = as_one(coachees[0], coachees[1])
    if random.random() < _TWICE:
        coaches[0], coaches[1] = as_one(coaches[0], coaches[1])
    return Roster(coachees=tuple(coachees), coaches=tuple(coaches)), cycle


def _with_same_hours(random: Random, roster: Roster) -> Roster:
    """Give everyone the hours of one person, so that sessions compete for them."""
    one = random.choice((*roster.coachees, *roster.coaches))
    hours = {"availability": one.availability, "timezone": one.timezone}
    return Roster(
        coachees=tuple(coachee.model_copy(update=hours) for coachee in roster.coachees),
        coaches=tuple(coach.model_copy(update=hours) for coach in roster.coaches),
    )


def _by_person(one: Person, other: Person) -> tuple[Person, Person]:
    named = {"person": one.person or other.person or f"P-{one.id}"}
    return one.model_copy(update=named), other.model_copy(update=named)


def _by_name(one: Person, other: Person) -> tuple[Person, Person]:
    same = {"name": one.name.upper(), "email": one.email.upper()}
    return one, other.model_copy(update=same)
