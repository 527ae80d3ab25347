"""Audits the result of a run, and finds the part of a rejected plan that passes the audit.

A plan that the auditor rejects is a fault of the engine. To give the user a plan in this case, the
matches named in the findings are removed, and the rest is rebuilt as a result and audited like any
other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from coach.texts.facts import Fact
from matching.auditor import Finding, audit, with_audited_levels
from matching.errors import UnsoundResultError
from matching.explanation import SearchEffort, explain_unmatched
from matching.instance.earlier_pairs import expected_people
from matching.instance.partial_cycle import UnderWay
from matching.rematching.moves import explain_moves
from matching.result import Match, Result
from matching.rules.evaluation import RuleEvaluator

_MAX_ATTEMPTS = 10


def require_sound(
    evaluator: RuleEvaluator,
    result: Result,
    keep: Result | None,
    under_way: UnderWay | None,
    check: Callable[[], object],
) -> None:
    """Audit the result of a run. `check` is called frequently and may raise an exception to stop.

    Raises:
        UnsoundResultError: the audit has findings.
    """
    roster, cycle = evaluator.inputs.roster, evaluator.inputs.cycle

    def find(some: Result) -> tuple[Finding, ...]:
        return audit(roster, cycle, some, keep, under_way, on_step=check)

    def rebuild(matches: tuple[Match, ...]) -> Result:
        nothing = SearchEffort(max_solves_total=0)
        unmatched = explain_unmatched(evaluator, matches, lambda *_: False, nothing)
        part = result.model_copy(update={"matches": matches, "unmatched": tuple(unmatched)})
        part = with_audited_levels(roster, cycle, part, keep, under_way)
        people = expected_people(roster, cycle, part)
        moves = explain_moves(evaluator, keep, part, check) if keep else ()
        return part.model_copy(update={"people": people, "moves": moves})

    if findings := find(result):
        raise UnsoundResultError(result, findings, sound_part(result, findings, rebuild, find))


def sound_part(
    result: Result,
    findings: Collection[Finding],
    rebuild: Callable[[tuple[Match, ...]], Result],
    find: Callable[[Result], Collection[Finding]],
) -> Result | None:
    """Return the part of `result` that remains after removing the matches rejected by its audit.

    `rebuild` returns the result with some of its matches, and `find` audits it. Returns `None` if
    removing matches does not help, or if none would be left.
    """
    matches = result.matches
    for _ in range(_MAX_ATTEMPTS):
        left = _without_faults(matches, findings)
        if not left:
            return None
        part = rebuild(left)
        findings = find(part)
        if not findings:
            return part
        if len(left) == len(matches):
            return None
        matches = left
    return None


def _without_faults(matches: tuple[Match, ...], findings: Collection[Finding]) -> tuple[Match, ...]:
    """Return the matches that no finding concerns.

    If there are only findings about coaches and uids, the second coachee is removed if two are
    named, and otherwise the last match with the coach or the uid.
    """
    about = {
        value for finding in findings for name, value in _named(finding.about) if name == "coachee"
    }
    left = tuple(match for match in matches if match.coachee not in about)
    if len(left) < len(matches):
        return left
    others: set[str] = set()
    for finding in findings:
        values = dict([*_named(finding.about), *_named(finding.message)])
        concerned = [match.coachee for match in matches if _is_named(match, values)]
        others.update([values["other_coachee"]] if "other_coachee" in values else concerned[-1:])
    return tuple(match for match in matches if match.coachee not in others)


def _is_named(match: Match, values: Mapping[str, str]) -> bool:
    uids = {session.uid for session in match.sessions}
    return match.coach == values.get("coach") or values.get("uid") in uids


def _named(shown: object) -> Iterator[tuple[str, str]]:
    """Yield (parameter, value) for each coachee, coach and uid in a fact, innermost first."""
    if isinstance(shown, Fact):
        yield from _in_params(shown.params)


def _in_params(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for value in params.values():
        if isinstance(value, dict) and isinstance(value.get("params"), dict):
            yield from _in_params(value["params"])
    for name in ("coach", "coachee", "other_coachee", "uid"):
        if isinstance(params.get(name), str):
            yield name, params[name]
