"""Waiting for runs and questions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

_SECONDS = 90


def over(client: httpx.Client, address: str) -> dict[str, Any]:
    """Wait until the run or question at `address` has ended, and return its JSON."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        task: dict[str, Any] = client.get(address).json()
        if task["state"] not in {"queued", "running"}:
            return task
        time.sleep(0.1)
    pytest.fail(f"{address} did not end within {_SECONDS} s")
