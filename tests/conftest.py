"""Makes Hypothesis generate the same cases in every run, and runs each file in one process.

Equal cases make failures reproducible. `HYPOTHESIS_PROFILE=explore make test` generates new ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


_LONGEST = ("force", "upgrade")
_FILES_BETWEEN_BROWSERS = 3


@pytest.hookimpl(tryfirst=True)  # before pytest selects by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose files take longest, so that no process ends long after others.

    The tests of a file run in one process (`--dist loadfile`), in this order of files. Files with a
    browser, which needs a core to itself, are spread between the others; all of these are slow.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    browsers = [path for path in files if "browser" in path.parts]
    for path in browsers:
        for item in files[path]:
            item.add_marker(pytest.mark.slow)
    others = [path for path in files if path not in browsers]
    others.sort(key=lambda path: not any(folder in path.parts for folder in _LONGEST))
    order: list[Path] = []
    for number, path in enumerate(others):
        if number % _FILES_BETWEEN_BROWSERS == 0:
            order += browsers[:1]
            del browsers[:1]
        order.append(path)
    items[:] = [item for path in (*order, *browsers) for item in files[path]]


@pytest.fixture(scope="session", autouse=True)
def share_compiled_statements() -> Iterator[None]:
    """Compile each SQL statement once per process instead of once per database.

    SQLAlchemy compiles per engine and dialect object, which took a quarter of the time of the tests
    that use a new database each. All databases of one kind have the same dialect here.
    """
    options = {"compiled_cache": LRUCache(5_000)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda self: hash(type(self)))
        shared = partial(create_engine, execution_options=options)
        patch.setattr("api.database.engine.create_engine", shared)
        yield
