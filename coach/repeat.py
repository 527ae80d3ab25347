"""The settings of the rule `repeat`, which concerns pairs from earlier cycles."""

from __future__ import annotations

from enum import StrEnum

from coach.cycle_file_table import CycleFileTable


class EarlierPairs(StrEnum):
    """The policy's treatment of two people who were a pair in an earlier cycle."""

    ALLOW = "allow"
    AVOID = "avoid"
    FORBID = "forbid"


class RepeatPolicy(CycleFileTable):
    """`[rules.repeat]`: whether pairs from earlier cycles are allowed, avoided or forbidden."""

    earlier: EarlierPairs = EarlierPairs.ALLOW


def allows_all(policy: RepeatPolicy) -> bool:
    """Return whether the policy treats earlier pairs like any other pair."""
    return policy.earlier is EarlierPairs.ALLOW
