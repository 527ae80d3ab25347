"""Writes files atomically."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from api.files import facts
from coach.errors import DomainError


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`, replacing any existing file atomically.

    The content is written to a temporary file in the same folder, which is then renamed, so that
    no partial file is ever visible. Missing parent folders are created.

    Raises:
        DomainError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.chmod(scratch, 0o666 & ~_umask())  # noqa: PTH101 - the mode `open` would have given it
            os.replace(scratch, path)  # noqa: PTH105 - as above
        except OSError:
            os.unlink(scratch)  # noqa: PTH108 - as above
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise DomainError(facts.CANNOT_WRITE(path=str(path), reason=reason)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
