"""The files to mutate, and the tests that must detect the faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants

_TABLE = "PERMISSIONS"
_RULES_TESTS = "tests/matching/rules"
_ENGINE_TESTS = (
    "tests/matching/test_engine_brute_force.py",
    "tests/matching/instance/test_partial_cycle.py",
    "tests/matching/test_engine_run.py",
)


@dataclass(frozen=True)
class Subject:
    """Files to mutate, and the tests nearest to them.

    Attributes:
        files: patterns of paths from the root of the tree.
        tests: files or folders, nearest first. They run in this order until a test detects
            the fault.
        table: if given, mutate only the values of the dictionary with this name.
        strings: whether to mutate strings.
        drawn: the number of mutants to sample; `None` means all.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    table: str = ""
    strings: bool = False
    drawn: int | None = None

    def mutants(self, root: Path, seed: int) -> list[Mutant]:
        """Return the mutants of all files, or a random sample of them, in order."""
        every = [
            mutant
            for path in self._paths(root)
            for mutant in mutants(
                path, (root / path).read_bytes(), table=self.table, strings=self.strings
            )
        ]
        if self.drawn is None or self.drawn >= len(every):
            return every
        ranks = [_rank(mutant, seed) for mutant in every]
        last = sorted(ranks)[self.drawn - 1]
        return [mutant for mutant, rank in zip(every, ranks, strict=True) if rank <= last]

    def _paths(self, root: Path) -> Iterator[str]:
        for pattern in self.files:
            for path in sorted(root.glob(pattern)):
                if path.suffix == ".py":
                    yield path.relative_to(root).as_posix()


def _rank(mutant: Mutant, seed: int) -> bytes:
    """Return the sort key for sampling, which depends on the mutant, not the code around it."""
    return sha256(repr((seed, mutant.key)).encode()).digest()


SUBJECTS = {
    "rules": Subject(
        ("matching/rules/*.py",),
        (
            f"{_RULES_TESTS}/test_rule_examples.py",
            f"{_RULES_TESTS}/test_single_rules.py",
            f"{_RULES_TESTS}/test_country.py",
            f"{_RULES_TESTS}/test_catalogue.py",
            f"{_RULES_TESTS}/test_pair_report.py::test_eligible_pair_is_reported_with_its_points",
            f"{_RULES_TESTS}/test_schedule.py",
            _RULES_TESTS,
        ),
        strings=True,
    ),
    "permissions": Subject(
        ("api/*/**/*.py",),
        ("tests/api/http/test_permission_table.py", "tests/api/http/test_permissions.py"),
        table=_TABLE,
        strings=True,
    ),
    "authorization": Subject(
        (
            "api/http/permissions.py",
            "api/http/authorization.py",
            "api/http/authentication.py",
        ),
        ("tests/api/http", "tests/api/audit_trail", "tests/api/accounts/test_users.py"),
    ),
    "schedule": Subject(("api/sessions/schedule.py",), ("tests/api/sessions",)),
    "engine": Subject(
        ("matching/search/*.py", "matching/coach_timetable/*.py"),
        ("tests/matching/coach_timetable", "tests/matching/search", *_ENGINE_TESTS),
        drawn=200,
    ),
}
