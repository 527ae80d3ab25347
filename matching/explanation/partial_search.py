"""Collects the results of a search for explanations, so that a failure never loses a solved plan.

Explanations are searched for after the plan is complete. If such a search ends early, its results
up to that point are kept, and the caller reports that they are incomplete.
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
    """The reason why a search ended."""

    COMPLETE = auto()
    OUT_OF_TIME = auto()
    CANCELLED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class PartialSearch(Generic[ItemT]):
    """The results of a search, the reason why it ended, and the exception that ended it, if any."""

    found: tuple[ItemT, ...]
    end: SearchEnd
    error: BaseException | None = None


def collect(search: Iterable[ItemT]) -> PartialSearch[ItemT]:
    """Run a search until it ends or fails, and return its results.

    `KeyboardInterrupt` counts as cancellation.
    """
    found: list[ItemT] = []
    try:
        for item in search:
            found.append(item)  # noqa: PERF402 - keeps the items found before an exception
    except DeadlineExceededError as error:
        return PartialSearch(tuple(found), SearchEnd.OUT_OF_TIME, error)
    except (CancelledError, KeyboardInterrupt) as error:
        return PartialSearch(tuple(found), SearchEnd.CANCELLED, error)
    except Exception as error:  # noqa: BLE001 - the plan does not depend on the search
        return PartialSearch(tuple(found), SearchEnd.FAILED, error)
    return PartialSearch(tuple(found), SearchEnd.COMPLETE)
