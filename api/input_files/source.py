"""Input files before parsing: the name and the content, or a fault if the file cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from api.input_files import facts
from coach.errors import InputFault
from coach.intake.fault_messages import WHOLE_FILE


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file's name, as given by the user, and its content."""

    name: str
    content: bytes


InputSource = NamedFile | InputFault


def read_source(path: Path, max_bytes: int) -> InputSource:
    """Return up to `max_bytes` + 1 bytes of a file, or a fault if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return NamedFile(str(path), stream.read(max_bytes + 1))
    except FileNotFoundError:
        reason = facts.NO_SUCH_FILE()
    except IsADirectoryError:
        reason = facts.FOLDER()
    except (OSError, ValueError) as error:
        reason = facts.CANNOT_OPEN(reason=getattr(error, "strerror", None) or str(error))
    return InputFault(str(path), 1, WHOLE_FILE, reason)
