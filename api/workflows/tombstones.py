"""What is left of erased people in stored values: another code, and no sentence about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api.store.columns import new_id
from api.store.cycle_rows import Side
from api.workflows.runs import RunInput
from coach.cycle import Cycle
from coach.people import Coach, Coachee, Person, Roster
from matching.result import Match, Move, Result, Unmatched
from matching.under_way import UnderWay

ERASED = "(erased)"
_PREFIX = "erased-"
_SHORTEST_NAME = 3  # letters; shorter parts of a name are words of other texts
_EMPTY: dict[str, Any] = {
    "name": ERASED,
    "email": "",
    "languages": (),
    "availability": (),
    "unavailable": (),
    "unit": "",
    "refuses": frozenset(),
    "topics": (),
}


def tombstone_code(code: str) -> str:
    """A code that tells nothing of who had `code`; that of a tombstone stays."""
    return code if code.startswith(_PREFIX) else f"{_PREFIX}{new_id()[:12]}"


@dataclass(frozen=True)
class Gone:
    """People who are being erased from a cycle.

    Attributes:
        codes: their codes from now on, by side and the code they had.
        names: what texts may call them by: names and addresses, former ones as well.
    """

    codes: Mapping[tuple[Side, str], str]
    names: frozenset[str]

    def coachee(self, code: str) -> str:
        """The code of a coachee from now on."""
        return self.codes.get((Side.COACHEE, code), code)

    def coach(self, code: str) -> str:
        """The code of a coach from now on."""
        return self.codes.get((Side.COACH, code), code)

    def speaks(self, text: str) -> bool:
        """Whether a text names one of them, by code, name or address."""
        return bool(self._anything.search(text))

    def text(self, text: str) -> str:
        """A text of somebody else's without their names (or longer parts of them) and addresses."""
        return self._parts.sub(ERASED, self._names.sub(ERASED, text))

    def source(self, text: str) -> str:
        """The text of a cycle file with their codes from now on, and without their names."""
        new = {old: now for (_, old), now in self.codes.items()}
        return self.text(_any_of(new).sub(lambda found: new[found[0]], text))

    def roster(self, roster: Roster) -> Roster:
        """A roster in which they are tombstones, also where others name them."""
        return Roster(
            coachees=tuple(map(self._as_coachee, roster.coachees)),
            coaches=tuple(map(self._as_coach, roster.coaches)),
        )

    def person(self, one: Coachee | Coach) -> Coachee | Coach:
        """A person as a tombstone, where they are one of them; whom they name by other codes."""
        return self._as_coachee(one) if isinstance(one, Coachee) else self._as_coach(one)

    def policy(self, policy: Cycle) -> Cycle:
        """A policy that speaks of them by their codes from now on."""
        pins = {self.coachee(one): self.coach(other) for one, other in policy.pins.items()}
        bans = {
            self.coachee(one): frozenset(map(self.coach, others))
            for one, others in policy.bans.items()
        }
        preferred = {
            self.coachee(one): times for one, times in policy.timetable.preferred_by.items()
        }
        times = policy.timetable.model_copy(update={"preferred_by": preferred})
        return policy.model_copy(update={"pins": pins, "bans": bans, "timetable": times})

    def work(self, work: RunInput) -> RunInput:
        """What a run was frozen with; its fingerprint stays as it was."""
        own, keep, where = work.own_policy, work.keep, work.under_way
        return work.model_copy(
            update={
                "roster": self.roster(work.roster),
                "cycle": self.policy(work.cycle),
                "own_policy": None if own is None else self.policy(own),
                "keep": None if keep is None else self.result(keep),
                "under_way": None if where is None else self._standing(where),
            }
        )

    def result(self, result: Result) -> Result:
        """A result whose sentences about them are gone: who was with whom when is left."""
        return result.model_copy(
            update={
                "matches": tuple(map(self._match, result.matches)),
                "unmatched": tuple(map(self._unmatched, result.unmatched)),
                "moves": tuple(map(self._move, result.moves)),
            }
        )

    def _as_coachee(self, one: Coachee) -> Coachee:
        if self.coachee(one.id) != one.id:
            return one.model_copy(update=_EMPTY | {"prefers": (), "id": self.coachee(one.id)})
        prefers = tuple(map(self.coach, one.prefers))
        refuses = frozenset(map(self.coach, one.refuses))
        return one.model_copy(update={"prefers": prefers, "refuses": refuses})

    def _as_coach(self, one: Coach) -> Coach:
        if self.coach(one.id) != one.id:
            return one.model_copy(
                update=_EMPTY | {"chain_of_command": (), "id": self.coach(one.id)}
            )
        refuses = frozenset(map(self.coachee, one.refuses))
        chain = tuple(map(self._in_chain, one.chain_of_command))
        return one.model_copy(update={"refuses": refuses, "chain_of_command": chain})

    def _match(self, match: Match) -> Match:
        coachee, coach = self.coachee(match.coachee), self.coach(match.coach)
        if (coachee, coach) == (match.coachee, match.coach):
            return match
        because = {"because": ERASED}
        verdicts = tuple(verdict.model_copy(update=because) for verdict in match.verdicts)
        return match.model_copy(update={"coachee": coachee, "coach": coach, "verdicts": verdicts})

    def _unmatched(self, one: Unmatched) -> Unmatched:
        coachee = self.coachee(one.coachee)
        remedies = (
            remedy
            for remedy in one.remedies
            if not self.speaks(remedy.change) and not self.speaks(remedy.effect)
        )
        kept = tuple(remedies) if coachee == one.coachee else ()
        return one.model_copy(update={"coachee": coachee, "remedies": kept})

    def _move(self, move: Move) -> Move:
        told = move.model_copy(
            update={
                "coachee": self.coachee(move.coachee),
                "before": None if move.before is None else self.coach(move.before),
                "after": None if move.after is None else self.coach(move.after),
            }
        )
        if told == move:
            return move
        because = {"because": ERASED}
        sessions = tuple(session.model_copy(update=because) for session in move.sessions)
        return told.model_copy(update=because | {"sessions": sessions})

    def _standing(self, where: UnderWay) -> UnderWay:
        reached = {self.coachee(one): number for one, number in where.reached.items()}
        return where.model_copy(update={"reached": reached})

    def _in_chain(self, entry: str) -> str:
        return self._chain.get(entry.strip().casefold(), entry)

    @cached_property
    def _chain(self) -> dict[str, str]:
        """Coachees' codes from now on, by what a chain of command knows them by."""
        return {
            old.strip().casefold(): now
            for (side, old), now in self.codes.items()
            if side is Side.COACHEE
        }

    @cached_property
    def _anything(self) -> re.Pattern[str]:
        return _any_of([*self.names, *(code for _, code in self.codes)], re.IGNORECASE)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(self.names, re.IGNORECASE)

    @cached_property
    def _parts(self) -> re.Pattern[str]:
        parts = (part for name in self.names for part in re.split(r"[\s,]+", name))
        return _any_of(part for part in parts if len(part) >= _SHORTEST_NAME)


def names_of(people: Iterable[Person]) -> Iterator[str]:
    """What texts may call people by."""
    for one in people:
        yield from {one.name, one.email} - {"", ERASED}


def _any_of(words: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """Finds any of `words` where it stands by itself, the longest first; without words, nothing."""
    told = "|".join(re.escape(word) for word in sorted({*words}, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{told})(?!\w)" if told else r"(?!)", flags)
