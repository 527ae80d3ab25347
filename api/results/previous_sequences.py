"""Reads the invitations sent for an earlier result: its sessions and their SEQUENCE numbers.

The numbers are not in the result file but in the invitations in the `invites/` folder next to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from coach.invitations import SentInvitation, Status, invitations_by_uid
from matching.result import Result

_MAX_BYTES = 64 * 1024
_UID = re.compile(rb"^UID:([\x21-\x7e]+)\r?$", re.MULTILINE)
_SEQUENCE = re.compile(rb"^SEQUENCE:([0-9]{1,9})\r?$", re.MULTILINE)


def read_previous_invitations(result_file: Path, result: Result) -> dict[str, SentInvitation]:
    """Return the invitations sent for `result`, which was read from `result_file`, keyed by uid.

    A session without an invitation file counts as sent once, with SEQUENCE 0.
    """
    sequences: dict[str, int] = {}
    for uid, sequence in _sequences(result_file.parent / "invites"):
        sequences[uid] = max(sequence, sequences.get(uid, 0))
    return {
        uid: SentInvitation(
            invitation=invitation, sequence=sequences.get(uid, 0), status=Status.CONFIRMED
        )
        for match in result.matches
        for uid, invitation in invitations_by_uid(match.sessions).items()
    }


def _sequences(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the uid and SEQUENCE of each invitation in a folder. Other files are skipped."""
    for path in sorted(folder.glob("*.ics")):
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES)
        uid, sequence = _UID.search(content), _SEQUENCE.search(content)
        if uid and sequence:
            yield uid[1].decode("ascii"), int(sequence[1])
