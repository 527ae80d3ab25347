"""Following what a worker does until it is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

_SECONDS = 90


def over(client: httpx.Client, address: str) -> dict[str, Any]:
    """What stands at an address of the API, once it is over."""
    ends = time.monotonic() + _SECONDS
    while time.monotonic() < ends:
        told: dict[str, Any] = client.get(address).json()
        if told["state"] not in {"queued", "running"}:
            return told
        time.sleep(0.1)
    pytest.fail(f"{address} does not end")
