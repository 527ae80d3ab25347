"""Seeds for random instances: the first few for `make test`, all of them for `make test-slow`."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def seeds(numbers: Iterable[int], *, quick: int = 5) -> list[object]:
    """Return the values of a parameter, with those after the first `quick` marked as slow."""
    return [
        number if place < quick else pytest.param(number, marks=pytest.mark.slow)
        for place, number in enumerate(numbers)
    ]
