"""State machines as tables: states, and the events that lead from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)
Transitions = Mapping[State, Mapping[Event, State]]
"""For each state, the possible events and the states they lead to. Final states have no events."""


def next_state(table: Transitions[State, Event], state: State, event: Event) -> State | None:
    """Return the state after an event, or `None` if the event is not possible in this state."""
    return table[state].get(event)


def possible_events(table: Transitions[State, Event], state: State) -> tuple[Event, ...]:
    """Return the events that are possible in a state, in the order of the table."""
    return tuple(table[state])
