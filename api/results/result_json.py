"""Results as JSON, with facts also rendered as text, for `result.json` and JSON routes.

In routes, a field contains the text, and a second field contains its fact: `because` and `reason`,
`change` and `change_fact`. In `result.json`, `because` and `text` contain the text of the facts in
the same object.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from coach.sessions import Session
from coach.texts.facts import Displayed, Fact, with_labels
from coach.texts.renderer import Renderer
from matching.facts.changes import REMEDY
from matching.result import (
    CoacheeChange,
    FunnelStep,
    LevelOutcome,
    Match,
    MatchedPeople,
    Move,
    Remedy,
    Result,
    ResultValue,
    SessionMove,
    Unmatched,
    UnmatchedReason,
    Verdict,
    is_absent,
)

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def _is_false(value: bool) -> bool:
    return not value


class VerdictJson(ResultValue):
    """A rule's verdict on a pair; `because` is `reason` as text.

    `waived` is included, and true, only if the policy waives the rule for this pair.
    """

    rule: str
    points: int
    weight: int
    reason: Fact
    because: str
    waived: Annotated[bool, Field(exclude_if=_is_false)] = False


class MatchJson(ResultValue):
    """A match with its verdicts and sessions."""

    coachee: str
    coach: str
    points: int
    verdicts: tuple[VerdictJson, ...]
    sessions: tuple[Session, ...]


class RemedyJson(ResultValue):
    """A change that would place a coachee, and its effect, as text and as facts."""

    change: str
    change_fact: Fact
    effect: str
    effect_fact: Fact
    verified: Literal[True] = True


class FileRemedy(ResultValue):
    """A remedy in `result.json`: the facts, and one sentence that combines them."""

    change: Fact
    effect: Fact
    text: str
    verified: Literal[True] = True


def _is_true(value: bool) -> bool:
    return value


class _UnmatchedBase(ResultValue):
    coachee: str
    reason: UnmatchedReason
    funnel: tuple[FunnelStep, ...]


class UnmatchedJson(_UnmatchedBase):
    """A coachee without a coach. `remedies_complete` is omitted if it is true."""

    remedies: tuple[RemedyJson, ...]
    remedies_complete: Annotated[bool, Field(exclude_if=_is_true)] = True


class FileUnmatched(_UnmatchedBase):
    """A coachee without a coach in `result.json`."""

    remedies: tuple[FileRemedy, ...]
    remedies_complete: Annotated[bool, Field(exclude_if=_is_true)] = True


class SessionMoveJson(ResultValue):
    """A session that was moved to another time; `because` is `reason` as text."""

    number: int
    before: Session
    after: Session
    reason: Fact
    because: str


class MoveJson(ResultValue):
    """The change that a re-match made for a coachee; `because` is `reason` as text."""

    coachee: str
    change: CoacheeChange
    before: str | None
    after: str | None
    reason: Fact
    because: str
    sessions: tuple[SessionMoveJson, ...]


def _is_empty(moves: tuple[MoveJson, ...]) -> bool:
    return not moves


class _ResultHead(ResultValue):
    format: Literal[1, 2]
    status: Literal["optimal", "feasible"]
    seed: int
    input_sha256: str
    wall_seconds: float
    cut_short: bool
    levels: tuple[LevelOutcome, ...]
    matches: tuple[MatchJson, ...]


class ResultJson(_ResultHead):
    """A result as returned by the JSON routes. `moves` is omitted if there are none."""

    unmatched: tuple[UnmatchedJson, ...]
    moves: Annotated[tuple[MoveJson, ...], Field(exclude_if=_is_empty)] = ()


class ResultFile(_ResultHead):
    """The structure of `result.json`."""

    unmatched: tuple[FileUnmatched, ...]
    moves: Annotated[tuple[MoveJson, ...], Field(exclude_if=_is_empty)] = ()
    people: Annotated[MatchedPeople | None, Field(exclude_if=is_absent)] = None


class ResultSentences:
    """Converts results and their parts to JSON values, with facts also rendered as text.

    `names` maps people's ids to the names that replace them in remedies; elsewhere, ids are kept.
    """

    def __init__(self, texts: Renderer, names: Mapping[str, str] = _NO_NAMES) -> None:
        self._text = texts.text
        self._names = names

    def named(self, shown: Displayed) -> str:
        """Return the text of a fact, with people's names instead of their ids."""
        return self._text(with_labels(shown, self._names))

    def remedy(self, one: Remedy) -> str:
        """Return a remedy and its effect as one sentence."""
        return self.named(REMEDY(change=one.change, effect=one.effect))

    def verdict(self, one: Verdict) -> VerdictJson:
        """Return a verdict as a JSON value."""
        return VerdictJson(
            rule=one.rule,
            points=one.points,
            weight=one.weight,
            reason=one.reason,
            because=self._text(one.reason),
            waived=one.waived,
        )

    def match(self, one: Match) -> MatchJson:
        """Return a match as a JSON value."""
        return MatchJson(
            coachee=one.coachee,
            coach=one.coach,
            points=one.points,
            verdicts=tuple(map(self.verdict, one.verdicts)),
            sessions=one.sessions,
        )

    def unmatched(self, one: Unmatched) -> UnmatchedJson:
        """Return a coachee without a coach as a JSON value."""
        return UnmatchedJson(
            coachee=one.coachee,
            reason=one.reason,
            funnel=one.funnel,
            remedies=tuple(map(self._remedy, one.remedies)),
            remedies_complete=one.remedies_complete,
        )

    def move(self, one: Move) -> MoveJson:
        """Return a move as a JSON value."""
        return MoveJson(
            coachee=one.coachee,
            change=one.change,
            before=one.before,
            after=one.after,
            reason=one.reason,
            because=self._text(one.reason),
            sessions=tuple(map(self._session_move, one.sessions)),
        )

    def result(self, result: Result) -> ResultJson:
        """Return a complete result as a JSON value."""
        unmatched = tuple(map(self.unmatched, result.unmatched))
        return ResultJson(**self._head(result), unmatched=unmatched, moves=self._moves(result))

    def file(self, result: Result) -> ResultFile:
        """Return the content of `result.json`."""
        unmatched = tuple(map(self._file_unmatched, result.unmatched))
        return ResultFile(
            **self._head(result),
            unmatched=unmatched,
            moves=self._moves(result),
            people=result.people,
        )

    def _head(self, result: Result) -> dict[str, object]:
        head = {name: getattr(result, name) for name in _ResultHead.model_fields}
        return head | {"matches": tuple(map(self.match, result.matches))}

    def _moves(self, result: Result) -> tuple[MoveJson, ...]:
        return tuple(map(self.move, result.moves))

    def _remedy(self, one: Remedy) -> RemedyJson:
        return RemedyJson(
            change=self.named(one.change),
            change_fact=one.change,
            effect=self.named(one.effect),
            effect_fact=one.effect,
        )

    def _file_unmatched(self, one: Unmatched) -> FileUnmatched:
        return FileUnmatched(
            coachee=one.coachee,
            reason=one.reason,
            funnel=one.funnel,
            remedies=tuple(
                FileRemedy(
                    change=each.change,
                    effect=each.effect,
                    text=self.remedy(each),
                )
                for each in one.remedies
            ),
            remedies_complete=one.remedies_complete,
        )

    def _session_move(self, one: SessionMove) -> SessionMoveJson:
        return SessionMoveJson(
            number=one.number,
            before=one.before,
            after=one.after,
            reason=one.reason,
            because=self._text(one.reason),
        )
