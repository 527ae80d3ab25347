"""The base class for tables of a cycle file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class CycleFileTable(BaseModel):
    """Base class for the tables of a cycle file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
