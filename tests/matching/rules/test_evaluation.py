from __future__ import annotations

from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.cycle import Cycle
from coach.people import Roster
from matching.facts.rules import REFUSED
from matching.instance.availability_grid import build_availability_grid
from matching.rules import FORBIDDEN, RuleInputs, evaluation
from matching.rules.evaluation import RuleEvaluator, funnel, pair_blocks
from matching.rules.sparse_matrix import SparseMatrix
from tests.matching.instances import random_cycle, random_roster, randoms
from tests.matching.reference import blocking_rules, common_starts
from tests.matching.rules.single_pair import pair_inputs


def instance(random: Random, coachees: int = 5, coaches: int = 4) -> tuple[Roster, Cycle]:
    roster = random_roster(random, coachees, coaches)
    return roster, random_cycle(random, roster)


def evaluator_of(roster: Roster, cycle: Cycle) -> RuleEvaluator:
    return RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))


def every_pair(roster: Roster) -> list[tuple[int, int]]:
    return [(i, j) for i in range(len(roster.coachees)) for j in range(len(roster.coaches))]


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(5, 4), (3, 7)], ids=["few coaches", "many coaches"])
@given(randoms)
@settings(max_examples=60, deadline=None)
def test_rules_forbid_exactly_what_the_plain_reference_forbids(
    sizes: tuple[int, int], random: Random
) -> None:
    roster, cycle = instance(random, *sizes)
    evaluator = evaluator_of(roster, cycle)
    expected = {
        (i, j): blocking_rules(roster.coachees[i], roster.coaches[j], cycle)
        for i, j in every_pair(roster)
    }
    assert {pair: list(evaluator.objections(*pair)) for pair in expected} == expected
    table = evaluator.table()
    allowed = [pair for pair, names in expected.items() if not names]
    assert list(zip(table.coachee, table.coach, strict=True)) == allowed
    for (i, j), points in zip(allowed, table.points, strict=True):
        assert sum(v.points * v.weight for v in evaluator.verdicts(i, j)) == points


@given(randoms)
@settings(max_examples=40, deadline=None)
def test_block_and_single_pairs_get_the_same_points(random: Random) -> None:
    roster, cycle = instance(random)
    rows, columns = np.ogrid[: len(roster.coachees), : len(roster.coaches)]
    flat = np.nonzero(np.ones((len(roster.coachees), len(roster.coaches)), dtype=np.bool_))
    for rule in evaluator_of(roster, cycle).rules:
        block = rule.evaluate(rows, columns)
        assert block.dtype == np.int16
        assert block.min() >= FORBIDDEN
        assert block.max() <= 100
        assert block.ravel().tolist() == rule.evaluate(*flat).tolist()


@given(randoms)
@settings(max_examples=40, deadline=None)
def test_availability_points_count_common_time_and_never_grow_when_it_shrinks(
    random: Random,
) -> None:
    roster, cycle = instance(random, 2, 2)
    evaluator = evaluator_of(roster, cycle)
    availability = next(rule for rule in evaluator.rules if rule.name == "availability")
    for i, j in every_pair(roster):
        common = len(common_starts(roster.coachees[i], roster.coaches[j], cycle))
        enough = 20 * cycle.sessions.count
        assert evaluator.rule_points(availability, i, j) == min(100, 100 * common // enough)


@given(randoms)
@settings(max_examples=30, deadline=None)
def test_funnel_shrinks_rule_by_rule_and_ends_at_the_eligible(random: Random) -> None:
    roster, cycle = instance(random)
    evaluator = evaluator_of(roster, cycle)
    for row, coachee in enumerate(roster.coachees):
        steps = funnel(evaluator, row)
        names = [step.rule for step in steps]
        assert names == ["language", "country", "rank", "unit", "refusal", "ban"]
        for number, step in enumerate(steps, start=1):
            blocked = [set(blocking_rules(coachee, coach, cycle)) for coach in roster.coaches]
            assert step.left == sum(
                not (names & set(steps_so_far(steps, number))) for names in blocked
            )


def steps_so_far(steps: tuple[object, ...], number: int) -> list[str]:
    return [step.rule for step in steps[:number]]  # type: ignore[attr-defined]


def test_pair_blocks_are_bounded_and_cover_every_coachee_once() -> None:
    seen: list[int] = []
    for rows, columns in pair_blocks(10, 7, cells=22):
        assert rows.size * columns.size <= 22
        seen.extend(rows.ravel())
    assert seen == list(range(10))
    assert [rows.size for rows, _ in pair_blocks(2, 50, cells=22)] == [1, 1]


def test_pairs_evaluated_in_small_blocks_are_those_of_one_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evaluator = evaluator_of(*instance(Random(3), 8, 8))
    whole = evaluator.table()
    assert len(whole.points)
    monkeypatch.setattr(evaluation, "pair_blocks", partial(pair_blocks, cells=20))
    blocks: list[int] = []
    parts = evaluator.table(on_block=lambda: blocks.append(1))
    assert len(blocks) == 4
    for field in ("coachee", "coach", "points"):
        assert getattr(parts, field).dtype == np.int32
        assert getattr(parts, field).tolist() == getattr(whole, field).tolist()


@pytest.mark.parametrize("sizes", [(0, 0), (0, 3), (3, 0)])
def test_evaluation_without_people_on_a_side_has_no_pairs(sizes: tuple[int, int]) -> None:
    roster, cycle = instance(Random(1), *sizes)
    table = evaluator_of(roster, cycle).table()
    assert [part.shape for part in (table.coachee, table.coach, table.points)] == [(0,)] * 3


def test_verdicts_include_every_weighted_rule_even_at_weight_0() -> None:
    roster, cycle = instance(Random(3), 8, 8)
    evaluator = evaluator_of(roster, cycle)
    table = evaluator.table()
    found = evaluator.verdicts(table.coachee[0], table.coach[0])
    weights = cycle.weights.model_dump()
    assert {verdict.rule: verdict.weight for verdict in found} == weights


def test_refusal_phrase_is_the_same_whichever_side_refused() -> None:
    roster, cycle = instance(Random(5), 1, 1)
    coachee, coach = roster.coachees[0], roster.coaches[0]
    phrases = []
    for refusals in (({coach.id}, set()), (set(), {coachee.id}), ({coach.id}, {coachee.id})):
        one = coachee.model_copy(update={"refuses": frozenset(refusals[0])})
        other = coach.model_copy(update={"refuses": frozenset(refusals[1])})
        found = evaluator_of(Roster(coachees=(one,), coaches=(other,)), cycle).objections(0, 0)
        phrases.append(found["refusal"])
    assert phrases == [REFUSED()] * 3


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 4))))
def test_sparse_matrix_returns_marks_where_they_were_set(cells: set[tuple[int, int]]) -> None:
    marks = SparseMatrix(((row, column, row + 1) for row, column in cells), 6, 5)
    table = np.zeros((6, 5), dtype=np.int16)
    for row, column in cells:
        table[row, column] = row + 1
    rows, columns = np.ogrid[:6, :5]
    assert marks.at(rows, columns).tolist() == table.tolist()


def test_chain_of_command_matches_people_and_units_in_any_case() -> None:
    roster, cycle = instance(Random(9), 1, 1)
    coachee = roster.coachees[0].model_copy(update={"id": "C-1", "unit": "2nd Brigade"})
    cases: list[tuple[tuple[str, ...], bool]] = [
        (("c-1",), True), (("2ND brigade ",), True), (("",), False), (("3rd Brigade",), False),
    ]  # fmt: skip
    for chain, forbidden in cases:
        coach = roster.coaches[0].model_copy(update={"chain_of_command": chain, "unit": ""})
        found = evaluator_of(Roster(coachees=(coachee,), coaches=(coach,)), cycle).objections(0, 0)
        assert ("unit" in found) == forbidden


def test_chain_of_command_names_every_coachee_whose_id_differs_only_in_case() -> None:
    roster, cycle = instance(Random(9), 2, 1)
    ids = zip(roster.coachees, ("C-1", "c-1"), strict=True)
    coachees = tuple(one.model_copy(update={"id": name, "unit": ""}) for one, name in ids)
    coach = roster.coaches[0].model_copy(update={"chain_of_command": ("C-1",)})
    evaluator = evaluator_of(Roster(coachees=coachees, coaches=(coach,)), cycle)
    assert ["unit" in evaluator.objections(row, 0) for row in range(2)] == [True, True]


@pytest.mark.parametrize(("policy", "is_marked"), [("avoid", True), ("allow", False)])
def test_chosen_pair_of_an_earlier_cycle_is_marked_if_such_pairs_are_avoided(
    policy: str, is_marked: bool
) -> None:
    inputs = pair_inputs({}, {}, {"rules": {"repeat": {"earlier": policy}}}, earlier=True)
    names = [verdict.rule for verdict in RuleEvaluator(inputs).verdicts(0, 0)]
    assert ("repeat" in names) is is_marked
