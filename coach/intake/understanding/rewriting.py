"""Rewrites cells in the standard format, using a rule for each column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from coach.folding import folded
from coach.intake.understanding.aliases import Aliases
from coach.intake.understanding.times import Rewriting, rewrite_dates, rewrite_windows

CellRewriter = Callable[[str, Aliases], list[Rewriting]]

_SEPARATORS = re.compile(r"[;,\n|]|/(?!\s*[abc][12]\b)|\s\+\s", re.IGNORECASE)
_CONJUNCTION = re.compile(r"\s+(?:and|i|и|dhe)\s+", re.IGNORECASE)
_CYRILLIC_LEVELS = "абцвс"
"""Cyrillic letters in levels; the last two look like `B` and `C`."""
_LEVEL_LETTERS = str.maketrans(_CYRILLIC_LEVELS, "ABCBC")
_LEVEL = re.compile(
    rf"^(.*?)[\s:/(\-\u2013]*\b([abc{_CYRILLIC_LEVELS}][12])\b\s*\)?$", re.IGNORECASE
)
_MAILBOX = re.compile(r"^[^<>]*<\s*([^<>\s]+)\s*>$")
_YEAR = re.compile(
    r"(?:[0-9]{1,2}[./-]\s*[0-9]{1,2}[./-]\s*)?((?:19|20)[0-9]{2})\.?"
    r"|((?:19|20)[0-9]{2})-[0-9]{2}-[0-9]{2}"
)
_NUMBER = re.compile(r"([0-9]+)[.,]0{1,2}")  # 1.000 is a thousand

_RANK_CODE = re.compile(
    r"(?:CIV\s*([~>])\s*)?(OF|OR)[\s_\u2010-\u2015-]*([0-9]{1,2})", re.IGNORECASE
)
_YES_NO = {
    "yes": ("yes", "y", "da", "po", "true", "1", "x"),
    "no": ("no", "n", "ne", "jo", "false", "0", "-"),
}
_SEX = {
    "F": ("f", "female", "woman", "zena", "zensko", "zenski", "femer", "grua", "z"),
    "M": (
        "m",
        "male",
        "man",
        "muskarac",
        "musko",
        "muski",
        "mashkull",
        "burre",
        "mazh",
        "masko",
        "maz",
    ),
}
_SERVICE = {
    "land": ("army", "land forces", "kov", "kopnena vojska", "forca tokesore", "copnena vojska",
             "kopnenska vojska", "kopneni"),
    "air": ("air force", "airforce", "ratno vazduhoplovstvo", "rv", "rv i pvo", "zracne snage",
            "forca ajrore", "hrz"),
    "navy": ("naval", "naval forces", "mornarica", "forca detare", "hrm", "ratna mornarica"),
    "mod": ("ministry of defence", "ministry of defense", "ministarstvo odbrane",
            "ministarstvo obrane", "ministria e mbrojtjes", "ministerstvo za odbrana", "mo"),
    "external": ("civilian expert", "external expert", "eksterni", "vanjski", "spoljni"),
}  # fmt: skip
_ROLE = {
    "commander": ("komandant", "zapovjednik", "komandanti", "komandantkinja", "zapovjednica"),
    "decision_maker": ("decisionmaker", "donosilac odluka", "donositelj odluka", "vendimmarres"),
}


def rewrite_cell(column: str, text: str, aliases: Aliases) -> list[Rewriting]:
    """Rewrite the entries of a cell in the standard format, if their meaning is certain.

    Entries that are not understood, and cells in columns without rewriting rules, are returned
    unchanged.
    """
    rewrite = _REWRITERS.get(column)
    return rewrite(text, aliases) if rewrite else [Rewriting(text, text)]


def rewrite_rank_code(text: str) -> str:
    """Rewrite a rank code such as `OF5`, `of 5` or `CIV ~ OF6`; return other text unchanged.

    >>> rewrite_rank_code("OF5"), rewrite_rank_code("civ ~ of 06"), rewrite_rank_code("major")
    ('OF-5', 'CIV~OF-6', 'major')
    """
    match = _RANK_CODE.fullmatch(text.strip())
    if match is None:
        return text
    civilian = f"CIV{match[1]}" if match[1] else ""
    return f"{civilian}{match[2].upper()}-{int(match[3])}"


def _country(text: str, aliases: Aliases) -> str:
    return aliases.country(text) or text


def _languages(text: str, aliases: Aliases) -> list[Rewriting]:
    entries = filter(None, (part.strip() for part in _SEPARATORS.split(text)))
    return [Rewriting(one, _language(one, aliases))
            for entry in entries for one in _conjoined(entry, aliases)]  # fmt: skip


def _conjoined(entry: str, aliases: Aliases) -> list[str]:
    """Return the languages in `srpski i engleski B2`, or the entry itself if any is unknown."""
    parts = [part.strip() for part in _CONJUNCTION.split(entry)]
    known = [aliases.language(_level(part)[0]) for part in parts]
    return parts if None not in known else [entry]


def _language(entry: str, aliases: Aliases) -> str:
    name, level = _level(entry)
    code = aliases.language(name) or name
    return f"{code}:{level}" if level else code


def _level(entry: str) -> tuple[str, str]:
    """Split an entry into the language and the level, which is empty if the entry has no level."""
    match = _LEVEL.match(entry)
    if match is None:
        return entry.rstrip(" :"), ""
    return match[1], match[2].lower().translate(_LEVEL_LETTERS).upper()


def _email(text: str, _: Aliases) -> str:
    match = _MAILBOX.match(text)
    address = match[1] if match else text
    return re.sub(r"^mailto:", "", address, flags=re.IGNORECASE).strip(" ;,")


def _year(text: str, _: Aliases) -> str:
    match = _YEAR.fullmatch(text.strip())
    return (match[1] or match[2]) if match else text


def _number(text: str, _: Aliases) -> str:
    match = _NUMBER.fullmatch(text)
    return match[1] if match else text


def _whole(rewrite: Callable[[str, Aliases], str]) -> CellRewriter:
    """Return a rewriter that applies `rewrite` to the whole cell as a single entry."""
    return lambda text, aliases: [Rewriting(text, rewrite(text, aliases))]


def _choice(values: Mapping[str, tuple[str, ...]]) -> CellRewriter:
    by_name = {folded(name): value for value, names in values.items() for name in names}
    return _whole(lambda text, _: by_name.get(folded(text), text))


_REWRITERS: dict[str, CellRewriter] = {
    "country": _whole(_country),
    "languages": _languages,
    "email": _whole(_email),
    "availability": lambda text, aliases: rewrite_windows(text, aliases.weekdays),
    "unavailable": lambda text, _: rewrite_dates(text),
    "sex": _choice(_SEX),
    "service": _choice(_SERVICE),
    "role": _choice(_ROLE),
    "uniformed_coach": _choice(_YES_NO),
    "birth_year": _whole(_year),
    "priority": _whole(_number),
    "capacity": _whole(_number),
    "max_per_day": _whole(_number),
    "max_per_week": _whole(_number),
}
