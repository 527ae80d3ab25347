"""Plants faults one at a time, and reports the faults that the nearest tests do not detect.

Usage: python -m tests.mutation [SUBJECT ...] [--only TEXT] [--workers N] [--seed N]

Survivors that README.md explains are only counted. If there are others, they are printed and the
exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from queue import SimpleQueue

from tests.mutation.explained import explained_survivors
from tests.mutation.judging import Judge, Verdict
from tests.mutation.mutants import Mutant
from tests.mutation.subjects import SUBJECTS, Subject

ROOT = Path(__file__).parents[2]
_TIMES_SLOWER = 5
_LEAST_SECONDS = 20.0
"""A mutant's time limit: this plus `_TIMES_SLOWER` times the duration on the unmodified code."""


def main() -> int:
    """Run the given subjects, or all of them; return 1 if there are unexplained survivors."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    parser.add_argument(
        "--only", default="", help="mutate only files whose path contains TEXT", metavar="TEXT"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    explained = explained_survivors()
    unexplained = 0
    for name in given.subjects or SUBJECTS:
        subject = SUBJECTS[name]
        every = subject.mutants(ROOT, given.seed)
        planted = [mutant for mutant in every if given.only in mutant.path]
        counted: Counter[str] = Counter()
        for mutant, verdict in verdicts(subject, planted, given.workers):
            known = verdict is Verdict.SURVIVED and mutant.key in explained
            counted["explained" if known else verdict.value] += 1
            if verdict is Verdict.SURVIVED and not known:
                unexplained += 1
                path, function, before, after = mutant.key
                print(f"| `{path}` | `{function}` | `{before}` | `{after}` | line {mutant.line} |")
                sys.stdout.flush()
        summary = ", ".join(f"{number} {word}" for word, number in sorted(counted.items()))
        print(f"{name}: {len(planted)} mutants: {summary}", flush=True)
    return int(unexplained > 0)


def verdicts(
    subject: Subject, planted: list[Mutant], workers: int
) -> Iterator[tuple[Mutant, Verdict]]:
    """Yield each mutant with its verdict, in order."""
    with tempfile.TemporaryDirectory(prefix="mutants") as folder, ExitStack() as stack:
        idle: SimpleQueue[Judge] = SimpleQueue()
        for number in range(workers):
            idle.put(
                stack.enter_context(closing(Judge(ROOT, Path(folder, str(number)), subject.tests)))
            )
        seconds = _LEAST_SECONDS + _TIMES_SLOWER * _seconds_without_fault(idle)

        def judge(mutant: Mutant) -> Verdict:
            one = idle.get()
            try:
                return one.judge(mutant, seconds)
            finally:
                idle.put(one)

        with ThreadPoolExecutor(workers) as pool:
            yield from zip(planted, pool.map(judge, planted), strict=True)


def _seconds_without_fault(idle: SimpleQueue[Judge]) -> float:
    one = idle.get()
    started = time.monotonic()
    if one.run(seconds=3600.0) is not Verdict.SURVIVED:
        sys.exit("the tests fail on the unmodified code")
    idle.put(one)
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
