"""Base classes of the values that use cases take and return."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from coach.feedback import SingleLineText

Identifier = Annotated[str, Field(max_length=40), SingleLineText]
"""Identifier in a request. NUL is not allowed, because PostgreSQL rejects text that contains it."""


class FrozenModel(BaseModel):
    """Base of immutable values for pages and JSON responses."""

    model_config = ConfigDict(frozen=True, extra="forbid")
