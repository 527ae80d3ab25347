"""Seeds for random instances: the first few for `make test`, all of them for `make test-slow`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import pytest

_QUICK = 10


def seeds(numbers: Iterable[int]) -> list[object]:
    """Return the values of a parameter; those after the first ten are marked as slow."""
    return [
        number if place < _QUICK else pytest.param(number, marks=pytest.mark.slow)
        for place, number in zip(count(), numbers, strict=False)
    ]
