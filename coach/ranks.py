"""Ranks: NATO codes (STANAG 2116), civilian equivalences, and the one grade scale they share."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CODE = re.compile(r"(CIV[~>])?(OF|OR)-(\d{1,2})", re.IGNORECASE)
_HIGHEST = {"OF": 10, "OR": 9}
_OFFICER_OFFSET = 10  # OF-1 stands one grade above OR-10 would


@dataclass(frozen=True, slots=True)
class Rank:
    """A rank: its code as shown, its grade, and whether its holder wears a uniform.

    Attributes:
        code: `OF-5`, `OR-8`, `CIV~OF-6` (treated as), `CIV>OF-10` (above), or `CIV`.
        grade: OR-n is n, OF-n is 10 + n, a civilian equivalence its military grade, a minister
            (`CIV>OF-10`) 21; `None` is grade-neutral.
        civilian: true for every `CIV` code, grade or not.
    """

    code: str
    grade: int | None
    civilian: bool

    def __str__(self) -> str:
        return self.code


GRADE_NEUTRAL = Rank("CIV", None, civilian=True)


def parse_code(text: str) -> Rank | None:
    """The rank a code stands for, or `None` where `text` is no code (it may still be a title).

    >>> parse_code("OF-5").grade, parse_code("or-8").grade, parse_code("CIV~OF-6").grade
    (15, 8, 16)
    """
    text = text.strip()
    if text.upper() == "CIV":
        return GRADE_NEUTRAL
    match = _CODE.fullmatch(text)
    if match is None:
        return None
    prefix, category, number = (match[1] or "").upper(), match[2].upper(), int(match[3])
    if not 1 <= number <= _HIGHEST[category]:
        return None
    grade = number + (_OFFICER_OFFSET if category == "OF" else 0) + (prefix == "CIV>")
    return Rank(f"{prefix}{category}-{number}", grade, civilian=bool(prefix))
