"""`make bench`: the measured figures, as a table."""

from __future__ import annotations

import sys

from tests.bench.cycle_figures import cycle_figures
from tests.bench.figures import show

if __name__ == "__main__":
    sys.exit(0 if show("A regional cycle", cycle_figures()) else 1)
