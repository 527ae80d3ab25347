"""mentor-match 7: rounds of one-to-one assignment, in a separate environment."""

from exchange import Task
from matching.match import Match
from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import process_data

from matching.rules.rule import Disqualify, Rule

task = Task()
points = {(i, j): value for i, j, value in task.pairs}


class Points(Rule):
    """A rule, as the package defines rules, that scores a pair with its points."""

    def apply(self, match: Match) -> int:
        """Return the points of a pair."""
        return points.get((match.mentee.grade, match.mentor.grade), 0)


def may_not(match: Match) -> bool:
    """Return whether a pair is ineligible or a person is full; the package has no capacities."""
    return (
        (match.mentee.grade, match.mentor.grade) not in points
        or bool(match.mentee.mentors)
        or len(match.mentor.mentees) >= task.capacity[match.mentor.grade]
    )


mentees = [Mentee(grade=i, email=f"c{i}") for i in range(task.coachees)]
mentors = [Mentor(grade=j, email=f"k{j}") for j in range(len(task.capacity))]
rounds = [[Points(), Disqualify(may_not)] for _ in range(min(3, max(task.capacity)))]
process_data(mentors, mentees, rounds)
task.answer([(mentee.grade, mentor.grade) for mentee in mentees for mentor in mentee.mentors])
