"""The version of the code that renders calendar feeds."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from importlib.metadata import version

_PACKAGES = ("api.calendar", "api.feeds", "coach.texts")


@cache
def renderer_version() -> str:
    """Return a hash that changes whenever the code that renders feeds changes.

    It is the same in all processes of a deployment, which run the same files.
    """
    digest = hashlib.sha256(version("icalendar").encode())
    for package in _PACKAGES:
        for file in sorted(resources.files(package).iterdir(), key=lambda one: one.name):
            if file.is_file():
                digest.update(file.name.encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
