"""The coach's form for a session: the fields of the shared record, and their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.coaching.curriculum.planning import SessionModules
from api.coaching.curriculum.presenters import text_of
from api.session_reports.labels import (
    MODES,
    OWNER_OPTIONS,
    REQUEST_OPTIONS,
    STATE_OPTIONS,
    outcome_value,
    split_outcome,
)
from api.session_reports.records import RecordView
from api.sessions.session_details import SessionDetails
from api.web.rendering import non_empty_fields, validate_form
from coach.feedback import MAX_ACTIONS, SharedRecord
from coach.sessions import ActionOwner, ActionState, OfficeRequest
from coach.texts.facts import Displayed, Fact

_EMPTY_ACTIONS = 3
_PLAIN = ("attendance", "session_date", "minutes", "mode", "topic", "next_focus", "ask_office")
_ACTION_FIELDS = ("text", "owner", "due", "state")
_MODULES = "modules_covered"
RECORD_FIELDS = (
    *_PLAIN,
    _MODULES,
    *(f"actions.{place}.{name}" for place in range(MAX_ACTIONS) for name in _ACTION_FIELDS),
)


@dataclass(frozen=True, slots=True)
class ModuleTick:
    """A module that can be marked as covered."""

    code: str
    title: Fact
    ticked: bool


@dataclass(frozen=True, slots=True)
class ActionFields:
    """The fields of an action: its index, whether it is filled in, and whether it is visible."""

    place: int
    stored: bool
    shown: bool


def entered_fields(form_fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the record in a submitted form."""
    return {field: form_fields.get(field, "") for field in RECORD_FIELDS}


def first_fields(session: SessionDetails, today: date, next_date: date | None) -> dict[str, str]:
    """Return the initial values of the fields, taken from the schedule."""
    minutes = round((session.end - session.start).total_seconds() / 60)
    fields = dict.fromkeys(RECORD_FIELDS, "") | {
        "session_date": min(session.start.date(), today).isoformat(),
        "minutes": str(minutes),
        "mode": "" if session.mode is None else session.mode.value,
        "ask_office": OfficeRequest.NONE.value,
    }
    return fields | _new_actions(0, next_date)


def stored_fields(record: RecordView, next_date: date | None) -> dict[str, str]:
    """Return the fields of a stored record."""
    fields = dict.fromkeys(RECORD_FIELDS, "") | {
        "attendance": outcome_value(record.attendance, record.absent),
        "session_date": record.session_date.isoformat(),
        "minutes": "" if record.minutes is None else str(record.minutes),
        "mode": "" if record.mode is None else record.mode.value,
        "topic": record.topic,
        "next_focus": record.next_focus,
        "ask_office": record.ask_office.value,
        _MODULES: " ".join(record.modules_covered),
    }
    for place, action in enumerate(record.actions):
        fields |= {
            f"actions.{place}.text": action.text,
            f"actions.{place}.owner": "" if action.owner is None else action.owner.value,
            f"actions.{place}.due": "" if action.due is None else action.due.isoformat(),
            f"actions.{place}.state": action.state.value,
        }
    return fields | _new_actions(len(record.actions), next_date)


def read_record(entered: Mapping[str, str]) -> tuple[SharedRecord | None, dict[str, Displayed]]:
    """Return the record in the form, or `None` with a message for each faulty field."""
    values: dict[str, Any] = dict(non_empty_fields({name: entered[name] for name in _PLAIN}))
    values |= non_empty_fields(split_outcome(values.pop("attendance", "")))
    values[_MODULES] = entered[_MODULES].split()
    places = [place for place in range(MAX_ACTIONS) if entered[f"actions.{place}.text"].strip()]
    values["actions"] = [
        non_empty_fields({name: entered[f"actions.{place}.{name}"] for name in _ACTION_FIELDS})
        for place in places
    ]
    record, faults = validate_form(SharedRecord, values, fallback_field="topic")
    return record, by_form_field(entered, faults)


def by_form_field(
    entered: Mapping[str, str], faults: Mapping[str, Displayed]
) -> dict[str, Displayed]:
    """Return the faults in a record, keyed by form field.

    The form also numbers empty actions, which the record omits.
    """
    places = [place for place in range(MAX_ACTIONS) if entered[f"actions.{place}.text"].strip()]
    found: dict[str, Displayed] = {}
    for field, fault in faults.items():
        head, *rest = field.split(".")
        if head == "actions" and rest:
            found[".".join((head, str(places[int(rest[0])]), *rest[1:]))] = fault
        else:
            found["attendance" if head == "absent" else head] = fault
    return found


def record_options(modules: SessionModules, entered: Mapping[str, str]) -> dict[str, object]:
    """Return the template values of the form: its options, the modules, and the action fields."""
    planned, others = _module_ticks(modules, entered)
    return {
        "modes": MODES,
        "owners": OWNER_OPTIONS,
        "states": STATE_OPTIONS,
        "requests": REQUEST_OPTIONS,
        "modules": planned,
        "other_modules": others,
        "actions": _action_fields(entered),
    }


def _module_ticks(
    modules: SessionModules, entered: Mapping[str, str]
) -> tuple[list[ModuleTick], list[ModuleTick]]:
    """Return the modules planned or marked as covered, and all other modules not yet retired."""
    ticked = entered[_MODULES].split()
    near: list[ModuleTick] = []
    others: list[ModuleTick] = []
    for one in modules.modules:
        if one.retired_at is not None and one.code not in (*modules.planned, *ticked):
            continue
        tick = ModuleTick(one.code, text_of(one.module.title), one.code in ticked)
        (near if one.code in modules.planned or tick.ticked else others).append(tick)
    return near, others


def _action_fields(entered: Mapping[str, str]) -> list[ActionFields]:
    """Return the form's actions: up to the last with text, and up to three empty ones after it."""
    filled = [place for place in range(MAX_ACTIONS) if entered[f"actions.{place}.text"].strip()]
    first_empty = max(filled, default=-1) + 1
    count = min(first_empty + _EMPTY_ACTIONS, MAX_ACTIONS)
    return [
        ActionFields(
            place=place,
            stored=place < first_empty,
            shown=place <= first_empty,
        )
        for place in range(count)
    ]


def _new_actions(first: int, due: date | None) -> dict[str, str]:
    """Return the values of actions that are not filled in yet."""
    fields: dict[str, str] = {}
    for place in range(first, MAX_ACTIONS):
        fields |= {
            f"actions.{place}.owner": ActionOwner.COACHEE.value,
            f"actions.{place}.due": "" if due is None else due.isoformat(),
            f"actions.{place}.state": ActionState.OPEN.value,
        }
    return fields
