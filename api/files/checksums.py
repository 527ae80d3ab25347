"""SHA-256 digests of files, as stored in run records."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def sha256_digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the hexadecimal SHA-256 digest of each file, sorted by file name."""
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
