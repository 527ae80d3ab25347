"""Signatures of messages, as in Standard Webhooks (https://www.standardwebhooks.com).

The signature covers the id and the time of a message, so that a receiver can refuse messages that
are old or have been received before.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime


def signed_headers(
    secrets: Iterable[bytes], message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of a message, which contain one signature (HMAC-SHA-256) per secret.

    `at` is the time of this attempt, so each attempt gets a new signature.
    """
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = (hmac.digest(secret, signed, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{b64encode(one).decode()}" for one in signatures),
    }


def shown_secret(secret: bytes) -> str:
    """Return a secret in the format with which receivers are configured."""
    return f"whsec_{b64encode(secret).decode()}"
