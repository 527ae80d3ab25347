"""Collects what a search for explanations finds, so that its failure never loses a solved plan.

Explanations are searched for when the plan is complete. Whatever ends such a search early, what it
has found by then is kept, and the caller says that the rest is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

from matching.deadline import DeadlineExceededError
from matching.errors import CancelledError

ItemT = TypeVar("ItemT")


class SearchEnd(Enum):
    """Why a search ended."""

    COMPLETE = auto()
    OUT_OF_TIME = auto()
    CANCELLED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class PartialSearch(Generic[ItemT]):
    """What a search has found, why it ended, and the exception that ended it, if any."""

    found: tuple[ItemT, ...]
    end: SearchEnd
    error: BaseException | None = None


def collect(search: Iterable[ItemT]) -> PartialSearch[ItemT]:
    """Run a search to its end, or until it raises any exception; Ctrl+C counts as cancellation."""
    found: list[ItemT] = []
    try:
        for item in search:
            found.append(item)  # noqa: PERF402 - keeps those found before an exception
    except DeadlineExceededError as error:
        return PartialSearch(tuple(found), SearchEnd.OUT_OF_TIME, error)
    except (CancelledError, KeyboardInterrupt) as error:
        return PartialSearch(tuple(found), SearchEnd.CANCELLED, error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the plan does not depend on it
        return PartialSearch(tuple(found), SearchEnd.FAILED, error)
    return PartialSearch(tuple(found), SearchEnd.COMPLETE)
