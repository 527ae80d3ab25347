"""Looks up known vulnerabilities in the locked packages: `make vulnerabilities`.

pip-audit exits with 0 even if it could not look up any package. This program fails if a package was
skipped, and lists the skipped packages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

EXIT_FOUND, EXIT_NOT_LOOKED = 1, 3
_SHOWN = 5


@dataclass(frozen=True)
class Report:
    """The report on the findings of pip-audit: lines to print, and the exit code."""

    lines: tuple[str, ...]
    exit_code: int


def report_of(output: str, problem: str) -> Report:
    """Return the report on pip-audit's JSON `output`; `problem` is its output to stderr."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        reason = problem.strip().splitlines()[-1:] or ["no output"]
        return Report((f"NOT LOOKED UP: pip-audit failed: {reason[0]}",), EXIT_NOT_LOOKED)
    found = tuple(
        f"{package['name']} {package['version']}: {one['id']}, fixed in "
        f"{', '.join(one['fix_versions']) or 'no version'}"
        for package in packages
        for one in package.get("vulns", ())
    )
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    looked_up = len(packages) - len(skipped)
    lines = (*found, f"{looked_up} packages looked up, {len(found)} known vulnerabilities")
    if skipped or not packages:
        names = ", ".join(skipped[:_SHOWN]) + (" …" if skipped[_SHOWN:] else "")
        lines += (f"NOT LOOKED UP: {len(skipped)} packages: {names}",)
    if found:
        return Report(lines, EXIT_FOUND)
    return Report(lines, EXIT_NOT_LOOKED if skipped or not packages else 0)


def main(command: Sequence[str]) -> int:
    """Run pip-audit, print its findings, and return the exit code."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        print(f"NOT LOOKED UP: {error}")
        return EXIT_NOT_LOOKED
    report = report_of(ran.stdout, ran.stderr)
    print("\n".join(report.lines))
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
