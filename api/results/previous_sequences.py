"""What people were told by an earlier result: its sessions, with the SEQUENCE of each invitation.

A result file holds no sequences; the invitations in `invites/` beside it do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from coach.invitations import Status, Told, invitations
from matching.result import Result

_LARGEST = 64 * 1024
_UID = re.compile(rb"^UID:([\x21-\x7e]+)\r?$", re.MULTILINE)
_SEQUENCE = re.compile(rb"^SEQUENCE:([0-9]{1,9})\r?$", re.MULTILINE)


def told_before(result_file: Path, result: Result) -> dict[str, Told]:
    """By uid what the people of `result` were told; its file stands at `result_file`.

    A session without an invitation beside the file counts as told once, with SEQUENCE 0.
    """
    sequences: dict[str, int] = {}
    for uid, sequence in _sequences(result_file.parent / "invites"):
        sequences[uid] = max(sequence, sequences.get(uid, 0))
    return {
        uid: Told(invitation=invitation, sequence=sequences.get(uid, 0), status=Status.CONFIRMED)
        for match in result.matches
        for uid, invitation in invitations(match.sessions).items()
    }


def _sequences(folder: Path) -> Iterator[tuple[str, int]]:
    """Uid and SEQUENCE of each invitation of a folder; files of another make say nothing."""
    for path in sorted(folder.glob("*.ics")):
        with path.open("rb") as stream:
            content = stream.read(_LARGEST)
        uid, sequence = _UID.search(content), _SEQUENCE.search(content)
        if uid and sequence:
            yield uid[1].decode("ascii"), int(sequence[1])
