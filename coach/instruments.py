"""Instruments: the items that people are asked to answer, as data.

An instrument is read from a file (see `coach.intake.instrument_file`). An item that is rated twice
is a retrospective pre-test: both ratings are given afterwards, which avoids response-shift bias
(Howard, Applied Psychological Measurement 3, 1979).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coach import instrument_facts as facts
from coach.answers import MAX_CHOICES, Answer, ItemCode
from coach.curriculum import LocalSentence, LocalTitle
from coach.texts.facts import Fact

MAX_CODE = 40
MAX_VERSION = 20
MAX_ITEMS = 60
MAX_ITEMS_AFTER_SESSION = 8


class Moment(StrEnum):
    """The moment at which an instrument is used; see `Occasion` for the exact times."""

    AFTER_SESSION = "after_session"
    ALLIANCE = "alliance"
    START = "start"
    END = "end"
    FOLLOW_UP = "follow_up"


class ItemKind(StrEnum):
    """The form of the answer to an item: a point on the scale, choices, or yes or no."""

    SCALE = "scale"
    CHOICES = "choices"
    YES_NO = "yes_no"


class ItemSource(StrEnum):
    """The source of an instrument's items, if its file does not list them."""

    OBJECTIVES = "objectives"


class Aspect(StrEnum):
    """The time to which a rating refers, if an item is rated twice."""

    BEFORE = "before"
    NOW = "now"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Part):
    """An answer that people can choose for an item of the kind `choices`."""

    code: ItemCode
    text: LocalSentence


class Item(_Part):
    """An item of an instrument. Items with the same `group` are listed under that heading."""

    code: ItemCode
    text: LocalSentence
    kind: ItemKind = ItemKind.SCALE
    group: LocalTitle | None = None
    choices: Annotated[tuple[Choice, ...], Field(max_length=MAX_CHOICES)] = ()


class Scale(_Part):
    """A scale: its points, counted from `lowest`, with a label for each."""

    lowest: Annotated[int, Field(ge=0, le=1)] = 1
    labels: Annotated[tuple[LocalTitle, ...], Field(min_length=2, max_length=11)]

    @property
    def points(self) -> range:
        """The numbers of the points."""
        return range(self.lowest, self.lowest + len(self.labels))


class Twice(_Part):
    """The headings above the two ratings of each item."""

    before: LocalTitle
    now: LocalTitle


class Instrument(_Part):
    """A set of items that people are asked to answer, with its version, licence and source.

    Attributes:
        code: the unique code of the instrument, which never changes.
        version: changed whenever an item or the scale changes.
        intro: one sentence above the items.
        moments: when the instrument is used; empty if it is no longer in use.
        open_days: the number of days for which it can be answered.
        licence: the licence under which the items are used.
        source: the author or publication of the items.
        validated: whether the items were validated as a scale.
        items_from: where the items come from if `items` is empty.
    """

    code: ItemCode
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$")]
    title: LocalTitle
    intro: LocalSentence | None = None
    moments: tuple[Moment, ...] = ()
    open_days: Annotated[int, Field(ge=1, le=366)] = 30
    licence: LocalSentence
    source: LocalSentence
    validated: bool = False
    items_from: ItemSource | None = None
    scale: Scale | None = None
    twice: Twice | None = None
    items: Annotated[tuple[Item, ...], Field(max_length=MAX_ITEMS)] = ()

    @property
    def sha256(self) -> str:
        """The SHA-256 digest of the content, by which stored answers refer to the instrument."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def with_items(self, items: Iterable[Item]) -> Instrument:
        """Return a copy with `items` added, for an instrument whose file does not list them."""
        return self.model_copy(update={"items": tuple(items), "items_from": None})

    def rated_once(self) -> Instrument:
        """Return the instrument as it is used at the start: without second ratings."""
        return self.model_copy(update={"twice": None})


@dataclass(frozen=True, slots=True)
class Question:
    """A question: an item, or one of the two ratings if the item is rated twice."""

    key: str
    item: Item
    aspect: Aspect | None = None


def questions(instrument: Instrument) -> tuple[Question, ...]:
    """Return the questions of an instrument, in the order in which they are asked."""
    if instrument.twice is None:
        return tuple(Question(item.code, item) for item in instrument.items)
    return tuple(
        Question(f"{item.code}.{aspect.value}", item, aspect)
        for item in instrument.items
        for aspect in Aspect
    )


def answer_faults(
    instrument: Instrument | None, given: Mapping[str, Answer]
) -> Iterator[tuple[str, Fact]]:
    """Yield each fault in the answers `given`: the key of a question, and a description.

    `instrument` is `None` if no questions are asked.
    """
    if instrument is None:
        yield from ((key, facts.NO_SUCH_QUESTION(key=key)) for key in given)
        return
    asked = {one.key: one for one in questions(instrument)}
    if asked and not given:
        yield next(iter(asked)), facts.NOTHING_ANSWERED()
    for key, answer in given.items():
        if key not in asked:
            yield key, facts.NO_SUCH_QUESTION(key=key)
            continue
        fault = _fault(instrument, asked[key].item, answer)
        if fault is not None:
            yield key, fault
    if instrument.twice is not None:
        for item in instrument.items:
            pair = [f"{item.code}.{aspect.value}" for aspect in Aspect]
            missing = [key for key in pair if key not in given]
            if len(missing) == 1:
                yield missing[0], facts.ONE_OF_TWO()


def _fault(instrument: Instrument, item: Item, answer: Answer) -> Fact | None:
    if item.kind is ItemKind.YES_NO:
        return None if isinstance(answer, bool) else facts.NOT_YES_OR_NO()
    if item.kind is ItemKind.CHOICES:
        codes = [one.code for one in item.choices]
        if isinstance(answer, tuple) and set(answer) <= set(codes):
            return None
        return facts.NOT_A_CHOICE(choices=codes)
    points = range(0) if instrument.scale is None else instrument.scale.points
    if isinstance(answer, int) and not isinstance(answer, bool) and answer in points:
        return None
    return facts.NOT_ON_SCALE(lowest=points.start, highest=points.stop - 1)
