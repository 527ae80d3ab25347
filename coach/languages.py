"""Languages and their CEFR levels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class CefrLevel(IntEnum):
    """The levels of the Common European Framework of Reference for Languages, lowest first."""

    A1 = 1
    A2 = 2
    B1 = 3
    B2 = 4
    C1 = 5
    C2 = 6


@dataclass(frozen=True, slots=True)
class LanguageSkill:
    """A language that a person speaks: its ISO 639 code (`sq`, `cnr`) and the person's level."""

    code: str
    level: CefrLevel = CefrLevel.C1

    def __str__(self) -> str:
        return f"{self.code}:{self.level.name}"
