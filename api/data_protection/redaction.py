"""Redaction of stored values: erased people get new codes, and texts about them are removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import JsonValue

from api.data_protection.waivers import mentioned_in_waiver, redact_waiver, waivers_of_others
from api.data_protection.word_patterns import APOSTROPHES, normalise, without_names, word_pattern
from api.database.types import new_id
from api.participants.rows import Side
from api.runs.frozen_input import RunInput
from coach.cycle import Cycle, TimetablePolicy
from coach.people import Coach, Coachee, Person, Roster
from coach.texts.facts import LEGACY, Displayed, person_ids
from matching.facts.names import ERASED as ERASED_FACT
from matching.instance.partial_cycle import UnderWay
from matching.result import Match, Move, Result, Unmatched

ERASED = "(erased)"
_PREFIX = "erased-"
_MIN_NAME_LENGTH = 3  # minimum number of letters; shorter parts of names are often common words
_BLANK_PROFILE: dict[str, Any] = {
    "name": ERASED,
    **dict.fromkeys(("email", "unit", "person"), ""),
    **dict.fromkeys(("languages", "availability", "unavailable", "busy", "topics"), ()),
    "refuses": frozenset(),
}


def tombstone_code() -> str:
    """Return a random code that does not identify anyone."""
    return f"{_PREFIX}{new_id()[:12]}"


@dataclass(frozen=True)
class Redactor:
    """Redacts data about the people who are being erased from a cycle.

    Attributes:
        codes: the new codes of these people, keyed by side and old code.
        names: their current and earlier names and email addresses.
    """

    codes: Mapping[tuple[Side, str], str]
    names: frozenset[str]

    def new_coachee_code(self, code: str) -> str:
        """Return a coachee's new code, or the same code if they are not being erased."""
        return self.codes.get((Side.COACHEE, code), code)

    def new_coach_code(self, code: str) -> str:
        """Return a coach's new code, or the same code if they are not being erased."""
        return self.codes.get((Side.COACH, code), code)

    def mentions(self, text: str) -> bool:
        """Return whether a text mentions an erased person by code, name or email address."""
        return bool(self._mention_pattern.search(normalise(text)))

    def concerns(self, shown: Displayed) -> bool:
        """Return whether a fact is about an erased person.

        Facts contain ids; names are searched for only in sentences that an older version stored.
        """
        if isinstance(shown, str):
            return self.mentions(shown)
        if shown.code == LEGACY.code:
            return self.mentions(str(shown.params["text"]))
        return not self._codes.isdisjoint(person_ids(shown))

    def concerns_json(self, value: JsonValue) -> bool:
        """Return whether stored JSON, such as an answer, contains an erased person's code.

        Names are searched for only in sentences that an older version stored.
        """
        if isinstance(value, list):
            return any(map(self.concerns_json, value))
        if isinstance(value, dict):
            if value.get("code") == LEGACY.code:
                return self.mentions(str(value["params"]))
            return any(map(self.concerns_json, value.values()))
        return value in self._codes

    def redact_text(self, text: str) -> str:
        """Return a text with erased people's names, parts of names, and email addresses removed.

        Name parts of fewer than three letters remain, and so do name parts in lower case, because
        they may be common words such as `will` or `may`.
        """
        before = normalise(text)
        after = self._name_part_pattern.sub(
            self._redact_unless_common_word, self._full_name_pattern.sub(ERASED, before)
        )
        return text if after == before else after

    def redact_cycle_file(self, text: str) -> str:
        """Return a cycle file with erased people's names, and lines with their codes, removed."""
        codes = word_pattern(code for _, code in self.codes)
        lines = text.splitlines(keepends=True)
        return self.redact_text(
            "".join(line for line in lines if not codes.search(normalise(line)))
        )

    def redact_roster(self, roster: Roster) -> Roster:
        """Return a roster in which erased people and references to them are pseudonymised."""
        return Roster(
            coachees=tuple(map(self._redact_coachee, roster.coachees)),
            coaches=tuple(map(self._redact_coach, roster.coaches)),
        )

    def redact_person(self, one: Coachee | Coach) -> Coachee | Coach:
        """Return an erased person's tombstone, or another person with pseudonymised references."""
        return self._redact_coachee(one) if isinstance(one, Coachee) else self._redact_coach(one)

    def policy_without_mentions(self, policy: Cycle) -> Cycle:
        """Return a policy with no references to erased people, because later lists omit them."""
        coachees = {code for side, code in self.codes if side is Side.COACHEE}
        coaches = {code for side, code in self.codes if side is Side.COACH}
        pins = {
            one: other
            for one, other in policy.pins.items()
            if one not in coachees and other not in coaches
        }
        bans = {
            one: others - coaches
            for one, others in policy.bans.items()
            if one not in coachees and not (others and others <= coaches)
        }
        return policy.model_copy(
            update={
                "pins": pins,
                "bans": bans,
                "waivers": waivers_of_others(self, policy.waivers),
                "timetable": self._without_preferred_times(policy.timetable),
            }
        )

    def redact_policy(self, policy: Cycle) -> Cycle:
        """Return a policy that refers to erased people by their new codes, without their times."""
        pins = {
            self.new_coachee_code(one): self.new_coach_code(other)
            for one, other in policy.pins.items()
        }
        bans = {
            self.new_coachee_code(one): frozenset(map(self.new_coach_code, others))
            for one, others in policy.bans.items()
        }
        waivers = tuple(redact_waiver(self, one) for one in policy.waivers)
        times = self._without_preferred_times(policy.timetable)
        return policy.model_copy(
            update={"pins": pins, "bans": bans, "waivers": waivers, "timetable": times}
        )

    def _without_preferred_times(self, times: TimetablePolicy) -> TimetablePolicy:
        """Return the policy without the preferred times of erased coachees."""
        others = {
            one: own
            for one, own in times.preferred_by.items()
            if (Side.COACHEE, one) not in self.codes
        }
        return times.with_preferred_times(others)

    def redact_run_input(self, run_input: RunInput) -> RunInput:
        """Return a redacted run input. Its stored fingerprint does not change."""
        own, keep, where = run_input.own_policy, run_input.keep, run_input.under_way
        return run_input.model_copy(
            update={
                "roster": self.redact_roster(run_input.roster),
                "cycle": self.redact_policy(run_input.cycle),
                "own_policy": None if own is None else self.redact_policy(own),
                "keep": None if keep is None else self.redact_result(keep),
                "under_way": None if where is None else self._redact_under_way(where),
            }
        )

    def redact_result(self, result: Result) -> Result:
        """Return a result with erased people's codes replaced, and sentences about them removed.

        The keys by which later cycles recognise people are removed for everybody.
        """
        return result.model_copy(
            update={
                "matches": tuple(map(self._redact_match, result.matches)),
                "unmatched": tuple(map(self._redact_unmatched, result.unmatched)),
                "moves": tuple(map(self._redact_move, result.moves)),
                "people": None,
            }
        )

    def _redact_coachee(self, one: Coachee) -> Coachee:
        if (Side.COACHEE, one.id) in self.codes:
            return one.model_copy(
                update=_BLANK_PROFILE | {"prefers": (), "id": self.new_coachee_code(one.id)}
            )
        prefers = tuple(map(self.new_coach_code, without_names(one.prefers, self.names)))
        refuses = frozenset(map(self.new_coach_code, without_names(one.refuses, self.names)))
        return one.model_copy(update={"prefers": prefers, "refuses": refuses})

    def _redact_coach(self, one: Coach) -> Coach:
        if (Side.COACH, one.id) in self.codes:
            return one.model_copy(
                update=_BLANK_PROFILE | {"chain_of_command": (), "id": self.new_coach_code(one.id)}
            )
        refuses = frozenset(map(self.new_coachee_code, without_names(one.refuses, self.names)))
        chain = tuple(map(self._redact_chain_entry, one.chain_of_command))
        return one.model_copy(update={"refuses": refuses, "chain_of_command": chain})

    def _redact_match(self, match: Match) -> Match:
        coachee, coach = self.new_coachee_code(match.coachee), self.new_coach_code(match.coach)
        waived = any(one.waived and mentioned_in_waiver(self, one) for one in match.verdicts)
        if (coachee, coach) == (match.coachee, match.coach) and not waived:
            return match
        erased = {"reason": ERASED_FACT()}
        verdicts = tuple(verdict.model_copy(update=erased) for verdict in match.verdicts)
        return match.model_copy(update={"coachee": coachee, "coach": coach, "verdicts": verdicts})

    def _redact_unmatched(self, one: Unmatched) -> Unmatched:
        coachee = self.new_coachee_code(one.coachee)
        remedies = (
            remedy
            for remedy in one.remedies
            if not self.concerns(remedy.change) and not self.concerns(remedy.effect)
        )
        kept = tuple(remedies) if coachee == one.coachee else ()
        return one.model_copy(update={"coachee": coachee, "remedies": kept})

    def _redact_move(self, move: Move) -> Move:
        redacted = move.model_copy(
            update={
                "coachee": self.new_coachee_code(move.coachee),
                "before": None if move.before is None else self.new_coach_code(move.before),
                "after": None if move.after is None else self.new_coach_code(move.after),
            }
        )
        if redacted == move:
            return move
        erased = {"reason": ERASED_FACT()}
        sessions = tuple(session.model_copy(update=erased) for session in move.sessions)
        return redacted.model_copy(update=erased | {"sessions": sessions})

    def _redact_under_way(self, where: UnderWay) -> UnderWay:
        reached = {self.new_coachee_code(one): number for one, number in where.reached.items()}
        return where.model_copy(update={"reached": reached})

    def _redact_chain_entry(self, entry: str) -> str:
        return self._chain_codes.get(entry.strip().casefold(), entry)

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(code for _, code in self.codes)

    @cached_property
    def _chain_codes(self) -> dict[str, str]:
        """The new codes of coachees, keyed by their normalised entries in chains of command."""
        return {
            old.strip().casefold(): now
            for (side, old), now in self.codes.items()
            if side is Side.COACHEE
        }

    @cached_property
    def _mention_pattern(self) -> re.Pattern[str]:
        return word_pattern([*self.names, *(code for _, code in self.codes)], re.IGNORECASE)

    @cached_property
    def _full_name_pattern(self) -> re.Pattern[str]:
        return word_pattern((one for one in self.names if " " in one or "@" in one), re.IGNORECASE)

    @cached_property
    def _name_part_pattern(self) -> re.Pattern[str]:
        return word_pattern(self._name_parts, re.IGNORECASE)

    @cached_property
    def _name_parts(self) -> frozenset[str]:
        names = [normalise(name) for name in self.names if "@" not in name]
        parts = (
            part.strip(APOSTROPHES)
            for name in names
            for between in (
                r"[\s,]+",
                rf"[^\w{APOSTROPHES}]+",
            )  # double surnames in full and split
            for part in re.split(between, name)
        )
        return frozenset(part for part in parts if len(part) >= _MIN_NAME_LENGTH or part in names)

    def _redact_unless_common_word(self, found: re.Match[str]) -> str:
        is_word = found[0][0].islower() and found[0] not in self._name_parts
        return found[0] if is_word else ERASED


def names_of(people: Iterable[Person]) -> Iterator[str]:
    """Yield people's names and email addresses, unless they are already erased."""
    for one in people:
        yield from {one.name, one.email} - {"", ERASED}
