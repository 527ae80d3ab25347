"""The API calls that a coach makes before their first note."""

from __future__ import annotations

from http import HTTPStatus

import httpx

NOTES = "/api/v1/me/notes"


def begin_notebook(device: httpx.Client, bearer: dict[str, str], code: str = "") -> str:
    """Start and confirm a coach's first notebook on a device; return its recovery code.

    The device keeps the notebook's key in its cookies. `code` is the code from an email, if the
    server sends email.
    """
    begun = device.post(f"{NOTES}/begin", json={"code": code}, headers=bearer)
    assert begun.status_code == HTTPStatus.OK, begun.text
    recovery_code: str = begun.json()["recovery_code"]
    confirm_notebook(device, bearer, recovery_code)
    return recovery_code


def confirm_notebook(device: httpx.Client, bearer: dict[str, str], recovery_code: str) -> None:
    """Confirm a notebook that was started on a device."""
    confirmed = device.post(f"{NOTES}/confirm", json={"code": recovery_code}, headers=bearer)
    assert confirmed.status_code == HTTPStatus.OK, confirmed.text
    assert confirmed.json()["is_open"]
