"""SHA-256 digests of files, as records of runs name them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def sha256_digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """The digest of each file, in the order of their names."""
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
