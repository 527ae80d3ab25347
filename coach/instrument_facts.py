"""Messages about instruments: files that cannot be used, and answers that cannot be stored."""

from __future__ import annotations

from coach.texts.facts import NUMBER, TEXT, listed, message

ITEM_TWICE = message(
    "instruments.item_twice",
    "another item already has the code {code}; give each item its own code",
    code=TEXT,
)
CHOICE_TWICE = message(
    "instruments.choice_twice",
    "another choice for this item already has the code {code}; give each choice its own code",
    code=TEXT,
)
NO_ITEMS = message(
    "instruments.no_items",
    'there are no items; add [[items]] or items_from = "objectives"',
)
ITEMS_AND_SOURCE = message(
    "instruments.items_and_source",
    "the items come from the modules' objectives; remove either items_from or [[items]]",
)
NO_SCALE = message(
    "instruments.no_scale",
    "there is no scale for the items; add [scale] with labels",
)
SCALE_WITHOUT_ITEMS = message(
    "instruments.scale_without_items", "no item uses the scale; remove the scale"
)
TOO_FEW_CHOICES = message(
    "instruments.too_few_choices", "an item of this kind needs at least two choices"
)
NEEDS_NO_CHOICES = message(
    "instruments.needs_no_choices",
    'only items with kind = "choices" have choices; remove them',
)
ONLY_SCALE_TWICE = message(
    "instruments.only_scale_twice",
    "items that are rated twice need the scale; remove either this item's kind or [twice]",
)
TWICE_TOO_EARLY = message(
    "instruments.twice_too_early",
    'an instrument with [twice] must be used at "end"; it can also be used at "start"',
)
OBJECTIVES_ELSEWHERE = message(
    "instruments.objectives_elsewhere",
    'the modules\' objectives can only be rated at "start" and "end"',
)
TOO_MANY_AFTER_SESSION = message(
    "instruments.too_many_after_session",
    "use at most {count} items after a session, to keep the form short",
    count=NUMBER,
)
NO_ENGLISH = message(
    "instruments.no_english",
    "add an English version of this text; it is shown wherever a translation is missing",
)
MOMENT_TWICE = message(
    "instruments.moment_twice",
    '{file} already uses the moment "{moment}"; each moment can have only one instrument',
    file=TEXT,
    moment=TEXT,
)
CODE_TWICE = message(
    "instruments.code_twice",
    "{file} already has the code {code}; change the code in one of the two files",
    file=TEXT,
    code=TEXT,
)
NO_SUCH_QUESTION = message("instruments.no_such_question", "there is no question {key}", key=TEXT)
NOT_ON_SCALE = message(
    "instruments.not_on_scale",
    "choose a number from {lowest} to {highest}",
    lowest=NUMBER,
    highest=NUMBER,
)
NOT_YES_OR_NO = message("instruments.not_yes_or_no", "answer yes or no")
NOT_A_CHOICE = message("instruments.not_a_choice", "choose from: {choices}", choices=listed(TEXT))
ONE_OF_TWO = message("instruments.one_of_two", "give both ratings on this line, or neither")
NOTHING_ANSWERED = message(
    "instruments.nothing_answered", "answer at least one question; you can skip the others"
)
