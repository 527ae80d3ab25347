"""Checks of the pairs: coachees, rules, verdicts, capacities, pins and cross-border share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from coach.texts.facts import Displayed, Fact
from coach.texts.renderer import english
from matching.auditor.context import AuditContext, about_match
from matching.auditor.finding import Finding
from matching.facts import findings as facts
from matching.facts.names import rule_name
from matching.records.result_file import LEGACY_FORMAT
from matching.result import Match, Verdict
from matching.rules.repeat import RepeatRule

_BATCH_SIZE = 500  # number of matches whose verdicts are compared at a time


def each_coachee_once(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each coachee who is not in the result exactly once, or is unknown.

    Unknown coaches are reported as well.
    """
    result = context.result
    reported = Counter([m.coachee for m in result.matches] + [u.coachee for u in result.unmatched])
    for coachee in context.coachees:
        if reported[coachee] != 1:
            times = reported[coachee]
            wrong = facts.SEVERAL_TIMES(count=times) if times else facts.NOT_IN_RESULT()
            yield Finding(facts.COACHEE(coachee=coachee), wrong)
    for coachee in sorted(reported.keys() - context.coachees.keys()):
        yield Finding(facts.COACHEE(coachee=coachee), facts.NOT_A_COACHEE())
    for coach in sorted({m.coach for m in result.matches} - context.coaches.keys()):
        yield Finding(facts.COACH(coach=coach), facts.NOT_A_COACH())


def rules(context: AuditContext) -> Iterator[Finding]:
    """Yield findings about matches that a rule forbids, or that have wrong verdicts or points."""
    allowed = context.evaluator.allowed(*_pairs(context, context.known)).tolist()
    for match, is_allowed in zip(context.known, allowed, strict=True):
        if not is_allowed:
            pair = context.row[match.coachee], context.column[match.coach]
            for rule, reason in context.evaluator.objections(*pair).items():
                wrong = facts.FORBIDDEN(rule=rule_name(rule), reason=reason)
                yield Finding(about_match(match), wrong)
    sound = [match for match, is_allowed in zip(context.known, allowed, strict=True) if is_allowed]
    for first in range(0, len(sound), _BATCH_SIZE):
        context.on_step()
        yield from _verdicts(context, sound[first : first + _BATCH_SIZE])


def _pairs(
    context: AuditContext, matches: Sequence[Match]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows and columns of the given matches."""
    rows = np.array([context.row[match.coachee] for match in matches], dtype=np.int64)
    columns = np.array([context.column[match.coach] for match in matches], dtype=np.int64)
    return rows, columns


def _verdicts(context: AuditContext, matches: Sequence[Match]) -> Iterator[Finding]:
    rows, columns = _pairs(context, matches)
    for match, right in zip(
        matches, context.evaluator.verdicts_for_pairs(rows, columns), strict=True
    ):
        yield from _compare(context, match, {verdict.rule: verdict for verdict in right})


def _compare(
    context: AuditContext, match: Match, expected: dict[str, Verdict]
) -> Iterator[Finding]:
    reported = Counter(verdict.rule for verdict in match.verdicts)
    for rule in sorted(expected.keys() | reported.keys()):
        unmarked = rule == RepeatRule.name and not reported[rule]  # from an earlier version
        if reported[rule] != (rule in expected) and not unmarked:
            wrong = facts.VERDICT_COUNT(count=reported[rule], rule=rule_name(rule))
            yield Finding(about_match(match), wrong)
    for verdict in match.verdicts:
        right = expected.get(verdict.rule, verdict)
        if context.result.format == LEGACY_FORMAT:  # its reasons are sentences and are not compared
            right = right.model_copy(update={"reason": verdict.reason})
        if verdict != right:
            given, computed = _describe_both(verdict, right)
            yield Finding(about_match(match), facts.WRONG_VERDICT(reported=given, right=computed))
    total = sum(verdict.weight * verdict.points for verdict in match.verdicts)
    if match.points != total:
        yield Finding(about_match(match), facts.WRONG_POINTS(count=match.points, right=total))


def _describe_both(verdict: Verdict, right: Verdict) -> tuple[Displayed, Displayed]:
    """Return descriptions of two differing verdicts, as JSON if their texts are the same."""
    described = _describe(verdict), _describe(right)
    if english(described[0]) == english(described[1]):
        return verdict.model_dump_json(), right.model_dump_json()
    return described


def _describe(verdict: Verdict) -> Fact:
    return facts.VERDICT(
        rule=rule_name(verdict.rule),
        points=verdict.points,
        weight=verdict.weight,
        reason=verdict.reason,
    )


def capacities(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each coach with more coachees than their capacity."""
    load = Counter(match.coach for match in context.known)
    for coach in context.roster.coaches:
        if load[coach.id] > coach.capacity:
            yield Finding(
                facts.COACH(coach=coach.id),
                facts.OVER_CAPACITY(count=load[coach.id], capacity=coach.capacity),
            )


def pins(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each pinned pair that is not matched."""
    pairs = {(match.coachee, match.coach) for match in context.known}
    for coachee, coach in context.cycle.pins.items():
        if coachee in context.coachees and (coachee, coach) not in pairs:
            yield Finding(facts.COACHEE(coachee=coachee), facts.NOT_WITH_PINNED(coach=coach))


def cross_border_share(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding if too few of the placed pairs cross a border."""
    least = Fraction(str(context.cycle.rules.country.minimum_cross_border_share))
    crossing = sum(
        context.coachees[match.coachee].country != context.coaches[match.coach].country
        for match in context.known
    )
    if crossing < least * len(context.known):
        yield Finding(
            facts.SHARE(),
            facts.BELOW_SHARE(crossing=crossing, count=len(context.known), share=float(least)),
        )
