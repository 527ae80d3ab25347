"""Answers to instrument items, as submitted and stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StringConstraints

MAX_QUESTIONS = 200
MAX_CHOICES = 20

ItemCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
"""The code of an item or a choice, such as `useful`."""
QuestionKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}(\.[a-z]+)?$")]
"""The code of an item, with `.before` or `.now` after it if the item is rated twice."""
Answer = StrictBool | StrictInt | Annotated[tuple[ItemCode, ...], Field(max_length=MAX_CHOICES)]
"""Yes or no, a point on a scale, or the codes of choices."""
Answers = Annotated[Mapping[QuestionKey, Answer], Field(max_length=MAX_QUESTIONS)]
"""Answers keyed by question; skipped questions have no entry."""
