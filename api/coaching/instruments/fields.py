"""Instrument forms: their fields, and the conversion of input to answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from api.coaching.curriculum.presenters import text_of
from api.coaching.instruments import facts
from api.coaching.instruments.sheets import ANSWERS
from api.web.labels import Option
from coach.answers import Answer
from coach.instruments import Aspect, Instrument, Item, ItemKind, Question, questions
from coach.texts.facts import Displayed, Fact

_YES, _NO = "yes", "no"
_ON = "on"


@dataclass(frozen=True, slots=True)
class Field:
    """A question as a field of a form.

    Attributes:
        heading: the heading of one of two ratings of the same item; otherwise empty.
        is_choices: whether any number of its options can be chosen.
        is_scale: whether its options are points, which are shown only as numbers.
    """

    name: str
    heading: Displayed
    options: tuple[Option, ...]
    is_choices: bool
    is_scale: bool


@dataclass(frozen=True, slots=True)
class ItemFields:
    """An item of a form.

    `group` is the heading above the item; empty if the item has none, or shares the heading of the
    item before it.
    """

    group: Displayed
    text: Fact
    fields: tuple[Field, ...]

    @property
    def first(self) -> str:
        """The name of the item's first field."""
        return self.fields[0].name


@dataclass(frozen=True, slots=True)
class Origins:
    """The origin of an instrument's items, and whether they form a validated scale."""

    source: Fact
    licence: Fact
    validated: bool


def item_fields(instrument: Instrument) -> tuple[ItemFields, ...]:
    """Return the items of an instrument with their fields."""
    by_item: dict[str, list[Question]] = {}
    for one in questions(instrument):
        by_item.setdefault(one.item.code, []).append(one)
    shown, group = [], None
    for asked in by_item.values():
        item = asked[0].item
        is_new = item.group is not None and item.group != group
        shown.append(
            ItemFields(
                group=text_of(item.group) if item.group is not None and is_new else "",
                text=text_of(item.text),
                fields=tuple(_field(instrument, one) for one in asked),
            )
        )
        group = item.group
    return tuple(shown)


def origins_of(instrument: Instrument) -> Origins:
    """Return the origin of an instrument's items, formatted."""
    return Origins(text_of(instrument.source), text_of(instrument.licence), instrument.validated)


def field_names(instrument: Instrument) -> tuple[str, ...]:
    """Return the names of all fields of an instrument's form."""
    return tuple(
        name
        for one in questions(instrument)
        for name in (
            [_choice_field(one.key, choice.code) for choice in one.item.choices]
            if one.item.kind is ItemKind.CHOICES
            else [_field_name(one.key)]
        )
    )


def scale_ends(instrument: Instrument) -> Displayed:
    """Return the labels of the scale's lowest and highest points; empty if there is no scale."""
    if instrument.scale is None:
        return ""
    points, labels = instrument.scale.points, instrument.scale.labels
    return facts.ENDS(
        lowest=points[0], low=text_of(labels[0]), highest=points[-1], high=text_of(labels[-1])
    )


def entered_answers(instrument: Instrument, entered: Mapping[str, str]) -> dict[str, Answer]:
    """Return the answers in a form, omitting unanswered questions.

    A question without a checked choice is unanswered, because browsers submit nothing for it.
    """
    found: dict[str, Answer] = {}
    for one in questions(instrument):
        if one.item.kind is ItemKind.CHOICES:
            chosen = tuple(
                choice.code
                for choice in one.item.choices
                if entered.get(_choice_field(one.key, choice.code))
            )
            if chosen:
                found[one.key] = chosen
        elif text := entered.get(_field_name(one.key), ""):
            found[one.key] = _value(one.item, text)
    return found


def form_values(instrument: Instrument, answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return the values of all fields of the form, filled in with `answers`."""
    values = dict.fromkeys(field_names(instrument), "")
    for one in questions(instrument):
        answer = answers.get(one.key)
        if isinstance(answer, tuple):
            values |= {_choice_field(one.key, code): _ON for code in answer}
        elif isinstance(answer, bool):
            values[_field_name(one.key)] = _YES if answer else _NO
        elif answer is not None:
            values[_field_name(one.key)] = str(answer)
    return values


def by_field(faults: Mapping[str, Displayed]) -> dict[str, Displayed]:
    """Return faults keyed by field name instead of by `answers.KEY`."""
    prefix = f"{ANSWERS}."
    return {
        _field_name(place.removeprefix(prefix)) if place.startswith(prefix) else place: fault
        for place, fault in faults.items()
    }


def answer_lines(
    instrument: Instrument, answers: Mapping[str, Answer]
) -> Iterable[tuple[Displayed, Displayed]]:
    """Yield the text of each question that was answered, and the text of the answer."""
    for one in questions(instrument):
        if one.key in answers:
            yield (
                question_text(instrument, one),
                _answer_text(instrument, one.item, answers[one.key]),
            )


def question_text(instrument: Instrument, question: Question) -> Fact:
    """Return the text of a question, which names the rating if its item is rated twice."""
    text = text_of(question.item.text)
    if question.aspect is None:
        return text
    return facts.ITEM_AT(item=text, aspect=_heading(instrument, question.aspect))


def _value(item: Item, text: str) -> Answer:
    """Return the answer that an option represents; for any other text, return an invalid answer."""
    if item.kind is ItemKind.YES_NO:
        return {_YES: True, _NO: False}.get(text, -1)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1  # noqa: PLR2004


def _field(instrument: Instrument, question: Question) -> Field:
    return Field(
        name=_field_name(question.key),
        heading="" if question.aspect is None else _heading(instrument, question.aspect),
        options=tuple(_options(instrument, question)),
        is_choices=question.item.kind is ItemKind.CHOICES,
        is_scale=question.item.kind is ItemKind.SCALE,
    )


def _options(instrument: Instrument, question: Question) -> Iterator[Option]:
    item = question.item
    if item.kind is ItemKind.CHOICES:
        for choice in item.choices:
            yield Option(_choice_field(question.key, choice.code), text_of(choice.text))
        return
    if item.kind is ItemKind.YES_NO:
        yield Option(_YES, facts.YES())
        yield Option(_NO, facts.NO())
    elif instrument.scale is not None:
        for point, label in zip(instrument.scale.points, instrument.scale.labels, strict=True):
            yield Option(str(point), facts.POINT_OPTION(number=point, label=text_of(label)))
    yield Option("", facts.NO_ANSWER())


def _answer_text(instrument: Instrument, item: Item, answer: Answer) -> Fact:
    if isinstance(answer, bool):
        return facts.YES() if answer else facts.NO()
    if isinstance(answer, tuple):
        words = [text_of(one.text) for one in item.choices if one.code in answer]
        return facts.CHOSEN(choices=words) if words else facts.NOTHING_CHOSEN()
    scale = instrument.scale
    if scale is None or answer not in scale.points:
        return facts.NO_ANSWER()
    label = text_of(scale.labels[answer - scale.lowest])
    return facts.POINT(number=answer, of=scale.points[-1], label=label)


def _heading(instrument: Instrument, aspect: Aspect) -> Displayed:
    if instrument.twice is None:
        return ""
    twice = instrument.twice
    return text_of(twice.before if aspect is Aspect.BEFORE else twice.now)


def _field_name(key: str) -> str:
    return f"q.{key}"


def _choice_field(key: str, code: str) -> str:
    return f"q.{key}.{code}"
