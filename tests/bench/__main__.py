"""Prints the benchmark tables that are named as arguments, or all of them (`make bench`)."""

from __future__ import annotations

import sys

from tests.bench.anytime_figures import anytime_figures
from tests.bench.calendar_figures import calendar_figures
from tests.bench.command_figures import command_figures
from tests.bench.contracting_figures import contracting_figures
from tests.bench.cycle_figures import cycle_figures
from tests.bench.duplicate_figures import duplicate_figures
from tests.bench.engine_figures import engine_figures
from tests.bench.explanation_figures import explanation_figures
from tests.bench.figures import show
from tests.bench.follow_up_figures import follow_up_figures
from tests.bench.page_figures import page_figures
from tests.bench.peer_figures import peer_figures
from tests.bench.slot_figures import slot_figures
from tests.bench.unseen_figures import unseen_figures

TABLES = {
    "cycle": ("A regional cycle", cycle_figures),
    "command": ("The whole command, in processor seconds", command_figures),
    "engine": ("The engine at four sizes", engine_figures),
    "unseen": ("Classes that the engine was not developed on", unseen_figures),
    "contracting": ("Contracting sessions, in processor seconds", contracting_figures),
    "anytime": ("Response to cancellation and time limits", anytime_figures),
    "explanations": ("Explanations at the size of a mission", explanation_figures),
    "calendar": ("Invitations and calendar feeds", calendar_figures),
    "duplicates": ("Search for duplicate people", duplicate_figures),
    "pages": ("Pages of the programme office at 1,200 x 400", page_figures),
    "slots": ("Slots for another time at 1,200 x 400", slot_figures),
    "follow-ups": ("Follow-ups of 1,200 pairs with seven sessions each", follow_up_figures),
    "peers": ("Assignment compared with other packages", peer_figures),
}


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all of them; return 0 only if all requirements are met."""
    unknown = [name for name in chosen if name not in TABLES]
    if unknown:
        print(f"unknown table: {', '.join(unknown)}; choose from {', '.join(TABLES)}")
        return 2
    tables = [TABLES[name] for name in chosen or TABLES]
    kept = [show(title, figures()) for title, figures in tables]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
