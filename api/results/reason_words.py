"""Expresses rules' reasons in words, with country names, and ranks without codes.

Results keep reasons as the rules stated them, with the codes that the files contain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import JsonValue

from api.results import reason_facts as facts
from api.results.rank_words import format_rank
from coach.ranks import parse_code
from coach.texts.facts import Displayed, Fact

Params = Mapping[str, JsonValue]


def in_words(reason: Displayed) -> Displayed:
    """Return a reason, or a message that contains reasons, with words instead of codes."""
    if not isinstance(reason, Fact):
        return reason
    params = {name: _in_words(value) for name, value in reason.params.items()}
    build = _BY_CODE.get(reason.code)
    return replace(reason, params=params) if build is None else build(params)


def _in_words(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_in_words(one) for one in value]
    if isinstance(value, dict) and value.keys() == {"code", "params"}:
        shown = in_words(Fact.from_json(value))
        return shown.to_json() if isinstance(shown, Fact) else shown
    return value


def _rank(params: Params, name: str) -> Displayed:
    code = str(params[name])
    rank = parse_code(code)
    return code if rank is None else format_rank(rank)


def _ranks(params: Params) -> dict[str, Displayed]:
    return {"coachee": _rank(params, "coachee_rank"), "coach": _rank(params, "coach_rank")}


def _fact(params: Params, name: str) -> Displayed:
    value = params[name]
    return Fact.from_json(value) if isinstance(value, dict) else str(value)


_BY_CODE: Mapping[str, Callable[[Params], Fact]] = {
    "country.both": lambda params: facts.BOTH_COUNTRY(country=params["country"]),
    "country.two": lambda params: facts.TWO_COUNTRIES(**params),
    "rank.same": lambda params: facts.SAME_RANK(rank=_rank(params, "rank")),
    "rank.same_grade": lambda params: facts.SAME_GRADE(**_ranks(params)),
    "rank.senior": lambda params: facts.SENIOR(**_ranks(params), count=params["count"]),
    "rank.junior": lambda params: facts.JUNIOR(
        **_ranks(params), count=params["count"], allowance=_fact(params, "allowance")
    ),
    "rank.ungraded": lambda params: facts.NO_GRADE(**_ranks(params)),
    "rank.not_uniformed": lambda params: facts.NOT_UNIFORMED(rank=_rank(params, "rank")),
}
