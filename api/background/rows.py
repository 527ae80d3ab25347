"""Tables of background tasks and workers. The job engine manages its tables separately."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.background import facts
from api.database.types import EnumString, IdentifiedRow, TableRow
from coach.errors import ConflictError


class TaskState(StrEnum):
    """The state of a background task. The last three states are final."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the state can no longer change."""
        return self in {TaskState.FINISHED, TaskState.FAILED, TaskState.CANCELLED}


_ENDED = {
    TaskState.FINISHED: facts.FINISHED(),
    TaskState.FAILED: facts.FAILED(),
    TaskState.CANCELLED: facts.CANCELLED(),
}


class BackgroundTaskRow(IdentifiedRow):
    """Abstract base for tasks that users request and workers perform.

    Each subject stores its tasks in a separate table.

    Attributes:
        slot: the slot of the worker that last started the task.
        attempts: how many times workers have started the task, not counting attempts that ended in
            an orderly shutdown.
        failure: the stored form of a `TaskFailure`, if the task has failed.
    """

    __abstract__ = True

    state: Mapped[TaskState] = mapped_column(EnumString(TaskState))
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    slot: Mapped[str | None] = mapped_column(String(40))
    failure: Mapped[dict[str, Any] | None]

    def request_cancellation(self, noun: str, *, now: datetime) -> None:
        """Cancel a queued task immediately, or request cancellation of a running task.

        Raises:
            ConflictError: the task has already ended. `noun`, a key of `HAS_ENDED`, determines the
                message.
        """
        if self.state.is_final:
            raise ConflictError(facts.HAS_ENDED[noun](state=_ENDED[self.state]))
        self.cancel_asked_at = self.cancel_asked_at or now
        if self.state is TaskState.QUEUED:
            self.state, self.finished_at = TaskState.CANCELLED, now


class WorkerHeartbeatRow(TableRow):
    """The state of a slot and its last worker. All times are read from the database's clock.

    Attributes:
        seen_at: the last heartbeat of the worker.
        ended_at: when the worker shut down cleanly or its jobs were taken over; `None` while
            it is running, or if it has crashed and this has not been detected yet.
        epoch: increases with each start and each takeover; see `api.background.slot_fence`.
        takeovers: how many times other workers have taken over the jobs of this slot.
    """

    __tablename__ = "worker_slots"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    takeovers: Mapped[int] = mapped_column(default=0, server_default="0")


TABLES: tuple[type[TableRow], ...] = (WorkerHeartbeatRow,)
