"""The classes of `unseen_instances`, and the sizes at which they are measured."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from coach.people import Roster
from tests.bench import unseen_instances as unseen

Generate = Callable[[int, int, int], unseen.Instance]


@dataclass(frozen=True)
class UnseenClass:
    """A class, its sizes, and whether half of its coaches leave while the cycle is in progress."""

    name: str
    generate: Generate
    sizes: tuple[tuple[int, int], ...]
    leaving: bool = False


CLASSES = (
    UnseenClass("open diaries", unseen.open_diaries, ((60, 14), (300, 70), (1200, 280))),
    UnseenClass("two long days", unseen.two_long_days, ((60, 8), (300, 40))),
    UnseenClass("short calls", unseen.short_calls, ((60, 3), (300, 10))),
    UnseenClass("exact windows", unseen.exact_windows, ((60, 20), (300, 80))),
    UnseenClass("twenty sessions", unseen.weekly_twenty, ((60, 20), (300, 80))),
    UnseenClass("star coaches", unseen.star_coaches, ((60, 8), (300, 40), (3000, 60))),
    UnseenClass("cross-border", unseen.cross_border, ((60, 20), (300, 80))),
    UnseenClass("peer coaching", unseen.peer_coaching, ((60, 20), (300, 80))),
    UnseenClass("coaches leave", unseen.coaches_leave, ((60, 20), (300, 80)), leaving=True),
    UnseenClass("pinned chain", unseen.pinned_chain, ((60, 20), (300, 80))),
    UnseenClass("deployments", unseen.deployments, ((60, 20), (300, 80))),
    UnseenClass("night watches", unseen.night_watches, ((60, 20), (300, 80), (1200, 400))),
)


def after_leaving(roster: Roster, seed: int) -> Roster:
    """Return the roster after half of the coaches have left."""
    stays = random.Random(seed).sample(roster.coaches, k=len(roster.coaches) // 2)
    coaches = tuple(one for one in roster.coaches if one in stays)
    ids = {one.id for one in coaches}
    coachees = tuple(
        one.model_copy(update={"prefers": tuple(name for name in one.prefers if name in ids)})
        for one in roster.coachees
    )
    return Roster(coachees=coachees, coaches=coaches)
