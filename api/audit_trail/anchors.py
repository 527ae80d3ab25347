"""Anchors: heads of the trail that are stored outside the database.

A chain of seals does not reveal that its end was removed. An anchor contains the number of rows at
a given time and the seal of the last one, so a later verification can detect that rows are missing.
Anchors are written to a file once a day. Each line has its own seal, so lines can be removed from
the file but not forged.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api.crypto.key_ring import Keyring

_OWNER_ONLY = 0o600
_FIELDS = 4


@dataclass(frozen=True, slots=True)
class Anchor:
    """The length and the head of the trail at the time of a verification.

    Attributes:
        at: when the trail was verified, an aware datetime.
        rows: the number of rows in the trail.
        head: the seal of its last row.
    """

    at: datetime
    rows: int
    head: str


def append_anchor(path: Path, keyring: Keyring, anchor: Anchor) -> None:
    """Append an anchor to the file at `path`, and flush it to the disk.

    Raises:
        OSError: the file cannot be written.
    """
    line = f"{_statement(anchor)} {_seal(keyring, anchor)}\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read_anchors(path: Path, keyring: Keyring) -> tuple[Anchor, ...]:
    """Return the anchors in the file at `path`, oldest first, or none if there is no file.

    Lines not sealed with this key ring, such as one cut short by a crash, are ignored.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return ()
    return tuple(_sealed_anchors(text.splitlines(), keyring))


def _sealed_anchors(lines: Iterable[str], keyring: Keyring) -> Iterable[Anchor]:
    for line in lines:
        fields = line.split()
        if len(fields) != _FIELDS or not fields[1].isdecimal():
            continue
        try:
            anchor = Anchor(datetime.fromisoformat(fields[0]), int(fields[1]), fields[2])
        except ValueError:
            continue
        if hmac.compare_digest(fields[3].encode(), _seal(keyring, anchor).encode()):
            yield anchor


def _statement(anchor: Anchor) -> str:
    at = anchor.at.astimezone(UTC).isoformat(timespec="seconds")
    return f"{at} {anchor.rows} {anchor.head}"


def _seal(keyring: Keyring, anchor: Anchor) -> str:
    message = f"anchor {_statement(anchor)}".encode()
    return hmac.new(keyring.audit, message, hashlib.sha256).hexdigest()
