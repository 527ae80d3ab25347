"""A first choice, quickly: pins, then everybody in turn wherever their sessions go in at once."""

from __future__ import annotations

import numpy as np

from matching.coordination import Choice, Desk
from matching.problem import balances
from matching.timetable.insertion import Agenda, crowding
from matching.watch import OutOfTimeError, Watch


def first_choice(desk: Desk, pinned: Choice, watch: Watch) -> Choice:
    """A choice that holds the `pinned` pairs and breaks nothing.

    `pinned` itself has to be possible. Pairs of two countries come first; a pair of one country is
    taken only while the cross-border share allows one.
    """
    problem = desk.problem
    chosen = pinned.tolist()
    agendas: dict[int, tuple[Agenda, list[float]]] = {}
    gains = balances(problem)
    balance = int(gains[pinned].sum())
    for coach, pairs in desk.loads(pinned).items():
        oracle = desk.oracle(coach)
        agenda = Agenda(oracle.calendar)
        for one, positions in oracle.positions(desk.local(coach, pairs), watch).items():
            agenda.add(one, positions)
        agendas[coach] = agenda, crowding(oracle.calendar, range(len(pairs)))
    placed = set(problem.coachee[pinned].tolist())
    options = np.bincount(problem.coachee, minlength=len(problem.priority))[problem.coachee]
    order = np.lexsort(
        (-problem.points, options, problem.coachee, -problem.priority[problem.coachee])
    )
    order = order[np.argsort(~problem.cross[order], kind="stable")] if problem.share else order
    for pair in order.tolist():
        coachee, coach = int(problem.coachee[pair]), int(problem.coach[pair])
        gain = int(gains[pair])
        if coachee in placed or balance + gain < min(0, balance + 1):
            continue
        try:
            watch.check()
        except OutOfTimeError:
            break
        if coach not in agendas:
            calendar = desk.oracle(coach).calendar
            agendas[coach] = Agenda(calendar), crowding(calendar, range(len(calendar.coachees)))
        agenda, cost = agendas[coach]
        local = desk.local(coach, [pair]).bit_length() - 1
        if len(agenda.placed) < problem.capacity[coach] and agenda.insert(local, cost):
            chosen.append(pair)
            placed.add(coachee)
            balance += gain
    for coach, (agenda, _) in agendas.items():
        desk.oracle(coach).learn(agenda.placed)
    return np.array(sorted(chosen), dtype=np.int64)
