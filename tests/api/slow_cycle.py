"""A cycle whose run takes several seconds."""

from __future__ import annotations

import random

_COLUMNS = "id,name,email,country,languages,availability,rank"


def slow_lists(coachees: int = 100, coaches: int = 28) -> dict[str, tuple[str, bytes]]:
    """Return lists of people who each have a single weekly window of two and a half hours."""
    rng = random.Random(7)

    def window() -> str:
        hour = rng.randrange(8, 14)
        return f"{rng.choice(['Mon', 'Tue', 'Wed', 'Thu', 'Fri'])} {hour:02}:00-{hour + 2:02}:30"

    def row(code: str, last: str) -> str:
        return f"{code},{code},{code.lower()}@example.org,BA,en,{window()},OF-5,{last}"

    first = [row(f"C-{n}", "commander") for n in range(coachees)]
    second = [row(f"K-{n}", "4") for n in range(coaches)]
    return {
        "coachees": ("coachees.csv", "\n".join([f"{_COLUMNS},role", *first]).encode()),
        "coaches": ("coaches.csv", "\n".join([f"{_COLUMNS},capacity", *second]).encode()),
    }


SLOW_CYCLE = b"""
[cycle]
start = 2027-01-18
end = 2027-07-16
[sessions]
min_gap_days = 14
max_gap_days = 35
"""
