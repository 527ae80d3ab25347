"""The same Hypothesis cases in every run, and the order in which test files run.

Identical cases make failures reproducible. `HYPOTHESIS_PROFILE=explore make test` generates new
ones.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
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


_LONGEST = ("force", "upgrade", "test_pseudo_layout.py", "test_office_walk.py")
"""Folders and files that run first, so that no process ends long after the others."""


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark tests with a browser as slow, and order the selected tests by file.

    The tests of a file run in one process (`--dist loadfile`), in this order of files. Files with a
    browser, which needs a core to itself, are spread among the others.
    """
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.slow)
    yield
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    order = sorted(files, key=lambda path: not {*_LONGEST} & {*path.parts})
    browsers = [path for path in order if "browser" in path.parts]
    others = [path for path in order if path not in browsers]
    places = [
        *((number / len(others), path) for number, path in enumerate(others)),
        *((number / len(browsers), path) for number, path in enumerate(browsers)),
    ]
    items[:] = [item for _, path in sorted(places) for item in files[path]]


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
