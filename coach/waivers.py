"""Waivers: exemptions from rules that the programme manager grants to individual pairs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class WaivableRule(StrEnum):
    """A rule that can be waived for an individual pair."""

    RANK = "rank"
    COUNTRY = "country"


class Waiver(BaseModel):
    """An entry of `[[waivers]]`: a rule that is waived for one pair, and the manager's reason."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    coachee: str
    coach: str
    rule: WaivableRule
    reason: Annotated[str, Field(min_length=1, max_length=500)]
