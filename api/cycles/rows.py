"""The cycles table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import IdentifiedRow, TableRow


class CycleRow(IdentifiedRow):
    """A cycle, with its validated policy and the file that the policy was read from.

    Attributes:
        policy: the validated policy as JSON.
        source: the text of the cycle file.
        erasure_announced_at: when managers were first warned that the people in the cycle will be
            erased; `None` if there is no warning.
        held_at: when a manager put a hold on the erasure; `None` if there is no hold.
        held_because: the reason for the hold.
        erased_at: when the people in the cycle were last erased; `None` if they never were.
        reminders_off_at: when reminders were turned off; `None` if they are on.
        policy_version: increases with each change to the policy.
        lists_version: increases with each change to a list of people, including when a change is
            undone.
        plans_version: increases with each published plan.
    """

    __tablename__ = "cycles"

    name: Mapped[str] = mapped_column(String(200))
    policy: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    erasure_announced_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    held_because: Mapped[str] = mapped_column(String(200), default="", server_default="")
    erased_at: Mapped[datetime | None]
    reminders_off_at: Mapped[datetime | None]
    policy_version: Mapped[int] = mapped_column(default=0, server_default="0")
    lists_version: Mapped[int] = mapped_column(default=0, server_default="0")
    plans_version: Mapped[int] = mapped_column(default=0, server_default="0")


TABLES: tuple[type[TableRow], ...] = (CycleRow,)
