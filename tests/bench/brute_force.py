"""Compares the engine with exhaustive search on any number of random instances.

`python -m tests.bench.brute_force --first 1000 --seeds 500` generates an instance of each kind for
each seed: scarce time, many places, every rule, an earlier result, large sets, people with several
rows, repeated pairs, and contracting sessions. For each, it compares the engine's values and bounds
with the optimum over all assignments and timetables, and audits the result. The tests do the same
for a few seeds. The command prints each difference and the number of instances compared; it exits
with 1 if there was a difference.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.matching.comparison import INSTANCES, differences

_PRINT_EVERY = 100


def main(arguments: list[str]) -> int:
    """Compare an instance of each kind for each seed; return 1 if there was a difference."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=500, help="the number of seeds")
    chosen = parser.parse_args(arguments)
    compared: Counter[str] = Counter()
    differing = 0
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        for kind, make in INSTANCES.items():
            found = list(differences(*make(seed)))
            compared[kind] += 1
            differing += bool(found)
            for difference in found:
                print(f"{kind}, seed {seed}: {difference}", flush=True)
        if (seed + 1 - chosen.first) % _PRINT_EVERY == 0:
            print(f"{compared.total()} compared, {differing} differ", flush=True)
    kinds = ", ".join(f"{number} {kind}" for kind, number in compared.items())
    print(f"{compared.total()} instances compared ({kinds}): {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
