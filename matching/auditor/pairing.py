"""Who is with whom: everybody once, every rule, every verdict, and the sides of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from matching.auditor.context import Case, named
from matching.auditor.finding import Finding
from matching.result import Match, Verdict

_AT_ONCE = 500  # matches whose verdicts are compared between two steps


def everybody_once(case: Case) -> Iterator[Finding]:
    """Each coachee of the roster is either matched or unmatched, once; nobody else is named."""
    result = case.result
    told = Counter([m.coachee for m in result.matches] + [u.coachee for u in result.unmatched])
    for coachee in case.coachees:
        if told[coachee] != 1:
            times = "not" if not told[coachee] else f"{told[coachee]} times"
            yield Finding(f"coachee {coachee}", f"is {times} in the result, has to be there once")
    for coachee in sorted(told.keys() - case.coachees.keys()):
        yield Finding(f"coachee {coachee}", "is in the result but not in the coachees' file")
    for coach in sorted({m.coach for m in result.matches} - case.coaches.keys()):
        yield Finding(f"coach {coach}", "is in the result but not in the coaches' file")


def rules(case: Case) -> Iterator[Finding]:
    """No hard rule forbids a match, and its verdicts are what the rules say of it."""
    allowed = case.judges.allowed(*_pairs(case, case.known)).tolist()
    for match, fine in zip(case.known, allowed, strict=True):
        if not fine:
            pair = case.row[match.coachee], case.column[match.coach]
            for rule, because in case.judges.objections(*pair).items():
                yield Finding(named(match), f"rule {rule} forbids it: {because}")
    sound = [match for match, fine in zip(case.known, allowed, strict=True) if fine]
    for first in range(0, len(sound), _AT_ONCE):
        case.each_step()
        yield from _verdicts(case, sound[first : first + _AT_ONCE])


def _pairs(case: Case, matches: Sequence[Match]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of matches."""
    rows = np.array([case.row[match.coachee] for match in matches], dtype=np.int64)
    columns = np.array([case.column[match.coach] for match in matches], dtype=np.int64)
    return rows, columns


def _verdicts(case: Case, matches: Sequence[Match]) -> Iterator[Finding]:
    rows, columns = _pairs(case, matches)
    for match, right in zip(matches, case.judges.verdicts_of(rows, columns), strict=True):
        yield from _compare(match, {verdict.rule: verdict for verdict in right})


def _compare(match: Match, expected: dict[str, Verdict]) -> Iterator[Finding]:
    told = Counter(verdict.rule for verdict in match.verdicts)
    for rule in sorted(expected.keys() | told.keys()):
        if told[rule] != (rule in expected):
            yield Finding(named(match), f"has {told[rule]} verdicts of rule {rule}")
    for verdict in match.verdicts:
        right = expected.get(verdict.rule, verdict)
        if verdict != right:
            yield Finding(
                named(match), f"verdict {_told(verdict)} has to be {_told(right)} by its rule"
            )
    total = sum(verdict.weight * verdict.points for verdict in match.verdicts)
    if match.points != total:
        yield Finding(named(match), f"has {match.points} points, its verdicts make {total}")


def _told(verdict: Verdict) -> str:
    return f"{verdict.rule} {verdict.points} x {verdict.weight} ({verdict.because})"


def capacities(case: Case) -> Iterator[Finding]:
    """No coach has more coachees than they take."""
    load = Counter(match.coach for match in case.known)
    for coach in case.roster.coaches:
        if load[coach.id] > coach.capacity:
            yield Finding(
                f"coach {coach.id}", f"has {load[coach.id]} coachees, takes {coach.capacity}"
            )


def pins(case: Case) -> Iterator[Finding]:
    """Every pinned pair is matched."""
    pairs = {(match.coachee, match.coach) for match in case.known}
    for coachee, coach in case.cycle.pins.items():
        if coachee in case.coachees and (coachee, coach) not in pairs:
            yield Finding(f"coachee {coachee}", f"is pinned to coach {coach}, but not matched so")


def cross_border_share(case: Case) -> Iterator[Finding]:
    """Enough of the placed pairs cross a border."""
    least = Fraction(str(case.cycle.rules.country.minimum_cross_border_share))
    crossing = sum(
        case.coachees[match.coachee].country != case.coaches[match.coach].country
        for match in case.known
    )
    if crossing < least * len(case.known):
        yield Finding(
            "the whole",
            f"{crossing} of {len(case.known)} pairs cross a border; "
            f"the cycle needs a share of {float(least)}",
        )
