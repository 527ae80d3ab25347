"""The fields of the forms, with entered values, defaults and faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.overview.policy_editor import facts
from api.overview.policy_editor.keys import DEFAULTS, KEYS, WITHOUT_DEFAULT, Form, PolicyKey
from api.overview.policy_editor.written_values import value_of, written_value
from coach.cycle import Cycle
from coach.errors import InputFault
from coach.texts.facts import Displayed, Fact

Faults = Mapping[str, Sequence[Displayed]]
"""The messages about each field's text."""
OTHER = ""
"""The name under which faults that belong to no field are stored."""
_LONG = {Form.LINES, Form.GROUPS, Form.LISTS_BY_NAME}


@dataclass(frozen=True, slots=True)
class FieldViewModel:
    """A form field, with everything displayed alongside it.

    Attributes:
        key: the name of the field, which is the key of the cycle file.
        form: the kind of input element.
        options: the values that can be chosen, with their labels; empty for texts.
        places: the values, in order, of a field in which several values are ranked.
        default: the default value; empty if there is none.
    """

    key: str
    label: Fact
    hint: Fact
    form: str
    options: tuple[tuple[str, Displayed], ...]
    text: str
    places: tuple[str, ...]
    faults: Sequence[Displayed]
    default: Displayed


def present_field(key: PolicyKey, entered: Mapping[str, str], faults: Faults) -> FieldViewModel:
    """Return the form field for a key."""
    text = entered.get(key.key, "")
    options = tuple((key.choices or {}).items())
    has_default = key.key not in WITHOUT_DEFAULT
    return FieldViewModel(
        key=key.key,
        label=key.label,
        hint=key.hint,
        form="long" if key.form in _LONG else key.form.value.replace(" ", "_"),
        options=options,
        text=text,
        places=_places(text, len(options)) if key.form is Form.ORDER else (),
        faults=faults.get(key.key, ()),
        default=_default(key) if has_default else "",
    )


def _places(text: str, count: int) -> tuple[str, ...]:
    chosen = text.split()[:count]
    return (*chosen, *[""] * (count - len(chosen)))


def _default(key: PolicyKey) -> Displayed:
    written = written_value(DEFAULTS, key)
    choices = key.choices or {}
    if key.form is Form.ORDER:
        return facts.IN_ORDER(values=[choices[one] for one in written.split()])
    if not written and not value_of(DEFAULTS, key.key):
        return facts.NOTHING()
    return choices.get(written, written)


def entered_of(policy: Cycle, keys: Iterable[str] = KEYS) -> dict[str, str]:
    """Return the policy as the texts of the form fields."""
    return {key: written_value(policy, KEYS[key]) for key in keys}


def faults_by_field(faults: Iterable[InputFault]) -> Faults:
    """Return the messages of faults in a cycle file, grouped by field, in file order."""
    found: dict[str, list[Displayed]] = defaultdict(list)
    for fault in faults:
        found[_field(fault.column)].append(fault.message)
    return found


def _field(column: str) -> str:
    """Return the key that a location in a cycle file belongs to.

    >>> _field("calendar.blackout[2]"), _field("pins.C-1")
    ('calendar.blackout', '')
    """
    fits = (key for key in KEYS if column == key or column.startswith((f"{key}.", f"{key}[")))
    return next(fits, OTHER)


def summary_of(
    faults: Faults, labels: Mapping[str, Displayed]
) -> list[tuple[str, Displayed, Displayed]]:
    """Return the faults as lines of a summary: the field, its label, and the message."""
    return [
        (field, labels.get(field, ""), message)
        for field in (*labels, OTHER)
        for message in faults.get(field, ())
    ]
