"""Base of the values that use cases return."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from coach.feedback import SingleLineText

Identifier = Annotated[str, Field(max_length=40), SingleLineText]
"""What a request names a thing by; PostgreSQL does not even compare text with a zero byte in it."""


class FrozenModel(BaseModel):
    """A finished value for a page or an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")
