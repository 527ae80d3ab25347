"""The search for known vulnerabilities fails if packages could not be looked up."""

from __future__ import annotations

import json
import sys

import pytest

from tests.vulnerabilities import EXIT_FOUND, EXIT_NOT_LOOKED, main, report_of

CLEAN = {"name": "jinja2", "version": "3.1.6", "vulns": []}
SKIPPED = {"name": "alembic", "skip_reason": "Dependency not found on PyPI"}
VULNERABLE = {
    "name": "jinja2",
    "version": "3.1.0",
    "vulns": [{"id": "PYSEC-2024-1", "fix_versions": ["3.1.6"]}],
}


@pytest.mark.parametrize(
    ("packages", "exit_code", "said"),
    [
        ([CLEAN], 0, "1 packages looked up, 0 known vulnerabilities"),
        ([CLEAN, SKIPPED], EXIT_NOT_LOOKED, "NOT LOOKED UP: 1 packages: alembic"),
        ([SKIPPED], EXIT_NOT_LOOKED, "0 packages looked up"),
        ([], EXIT_NOT_LOOKED, "NOT LOOKED UP: 0 packages"),
        ([VULNERABLE, SKIPPED], EXIT_FOUND, "jinja2 3.1.0: PYSEC-2024-1, fixed in 3.1.6"),
    ],
)
def test_report_passes_only_if_every_package_was_looked_up(
    packages: list[dict[str, object]], exit_code: int, said: str
) -> None:
    report = report_of(json.dumps({"dependencies": packages}), "No known vulnerabilities found")
    assert report.exit_code == exit_code
    assert any(said in line for line in report.lines)


def test_failed_or_missing_program_is_not_a_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert report_of("", "Traceback\nConnectionError: no network").exit_code == EXIT_NOT_LOOKED
    assert main([f"{sys.prefix}/bin/no-such-program"]) == EXIT_NOT_LOOKED
    assert "NOT LOOKED UP" in capsys.readouterr().out
