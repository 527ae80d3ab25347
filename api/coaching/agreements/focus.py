"""The modules of the curriculum that an agreement can focus on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from api.coaching.agreements import facts
from api.services import Services
from coach.errors import InputFault, UnusableInputError
from coach.texts.facts import Displayed, message

_MODULES: Mapping[str, Displayed] = {
    "B1": message("agreements.module_b1", "sex, gender, roles and relations")(),
    "B2": message("agreements.module_b2", "stereotypes and prejudice")(),
    "B3": message("agreements.module_b3", "discrimination and sexism, and measures against them")(),
    "B4": message("agreements.module_b4", "gender in security sector reform")(),
    "B5": message("agreements.module_b5", "the position of women in the region")(),
    "B6": message("agreements.module_b6", "harassment and abuse")(),
    "B7": message("agreements.module_b7", "gender in military education")(),
    "B8": message("agreements.module_b8", "what young people think, and recruitment")(),
    "A1": message("agreements.module_a1", "the leader's own role")(),
    "A2": message("agreements.module_a2", "gender-responsive leadership")(),
    "A3": message("agreements.module_a3", "balance and diversity at the workplace")(),
    "A4": message("agreements.module_a4", "gender equality mechanisms and initiatives")(),
    "A5": message("agreements.module_a5", "resistance and obstacles")(),
    "A6": message("agreements.module_a6", "obligations of resolution 1325 and the action plan")(),
}


def focus_modules(_services: Services) -> Mapping[str, Displayed]:
    """Return the titles of the modules by code, in the order of the curriculum."""
    return _MODULES


def require_known_modules(services: Services, codes: Iterable[str]) -> None:
    """Check that all codes are modules of the curriculum.

    Raises:
        UnusableInputError: one of them is not.
    """
    if not set(codes) <= set(focus_modules(services)):
        raise UnusableInputError([InputFault("body", 1, "focus", facts.UNKNOWN_MODULE())])
