"""The engine against trying everything, on as many random programmes as wanted.

`python -m tests.bench.brute_force --first 1000 --seeds 500` makes a programme of each kind with
each seed (scarce time; many places; every rule; an earlier result kept; large sets), and compares
values, bounds and audit of the engine with every assignment and every timetable, as the tests do
with few seeds. Prints each difference and at last how many programmes were compared; ends with 1
where anything differed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.matching.comparison import INSTANCES, differences

_TELL_EVERY = 100


def main(arguments: list[str]) -> int:
    """Compare all kinds with all seeds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=500, help="how many seeds")
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
        if (seed + 1 - chosen.first) % _TELL_EVERY == 0:
            print(f"{compared.total()} compared, {differing} differ", flush=True)
    kinds = ", ".join(f"{number} {kind}" for kind, number in compared.items())
    print(f"{compared.total()} programmes compared ({kinds}): {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
