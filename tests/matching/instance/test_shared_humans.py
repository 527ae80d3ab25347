from __future__ import annotations

from coach.humans import Humans
from matching.instance.shared_humans import NOBODY, shared_humans


def test_only_humans_with_several_rows_are_numbered() -> None:
    shared = shared_humans(Humans(coachees=(0, 1, 2), coaches=(1, 5, 0, 5)))
    assert shared is not None
    assert shared.coachee.tolist() == [0, 1, NOBODY]
    assert shared.coach.tolist() == [1, 2, 0, 2]
    assert shared.rows == {0: ((0,), (2,)), 1: ((1,), (0,)), 2: ((), (1, 3))}
    assert shared.of(2, 1) == (2,)
    assert shared.of(0, 0) == (0, 1)


def test_there_are_none_if_everybody_has_one_row() -> None:
    assert shared_humans(Humans(coachees=(0, 1), coaches=(2, 3))) is None


def test_coaches_are_linked_by_humans_in_the_pairs_of_both() -> None:
    shared = shared_humans(Humans(coachees=(0, 1, 2, 3), coaches=(0, 5, 2, 7)))
    assert shared is not None
    # Coachee 0 is coach 0, and has a session with coach 1. Coachee 2 is coach 2, who has no pairs.
    pairs = [(10, 0, 1), (11, 1, 0), (12, 2, 3), (13, 3, 1)]
    assert [*shared.linked_groups(pairs)] == [[10, 11, 13]]
    assert [*shared.linked_groups(pairs[1:])] == []
