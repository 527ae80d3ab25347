"""Base types for the inputs and results of use cases."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from coach.feedback import SingleLineText

Identifier = Annotated[str, Field(max_length=40), SingleLineText]
"""An identifier in a request; it cannot contain NUL, which PostgreSQL does not accept in text."""


class FrozenModel(BaseModel):
    """Base class for immutable values in pages and JSON responses."""

    model_config = ConfigDict(frozen=True, extra="forbid")
