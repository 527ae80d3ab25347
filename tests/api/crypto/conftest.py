"""A fixture that makes the tests in this folder compute hashes as the application does."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> None:
    """Override the fixture that makes hashes cheap."""
