"""Follow-up forms: their fields as text, and conversion to the inputs of use cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from api.coaching.follow_up.answers import FollowUpAnswer
from api.coaching.follow_up.outcomes import CommitmentOutcome
from api.coaching.follow_up.posts import PostAnswer
from coach.texts.facts import Displayed

OUTCOME_FIELDS = (
    *("event", "kind", "reference", "day", "because", "to_post", "ask_post", "post_address"),
)
POST_FIELDS = ("outcome", "kind", "reference", "day")
_RATING = "rating-"
_EVIDENCE = ("kind", "reference", "day")
_CHANGE = ("event", "because", "to_post")


def rating_field(goal_id: str) -> str:
    """Return the name of the field for a goal's rating."""
    return f"{_RATING}{goal_id}"


def _evidence_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the evidence fields, or none if nothing but the kind is filled in."""
    given = any(str(fields.get(name, "")).strip() for name in ("reference", "day"))
    return {name: fields.get(name, "") for name in _EVIDENCE} if given else {}


class OutcomeForm(CommitmentOutcome):
    """The form for a commitment in a follow-up."""

    @model_validator(mode="before")
    @classmethod
    def _nest(cls, fields: Any) -> Any:  # noqa: ANN401 - as pydantic passes it
        change = {name: fields[name] for name in _CHANGE if str(fields.get(name, "")).strip()}
        nested = {
            name: fields[name] for name in ("seen", "ask_post", "post_address") if name in fields
        }
        if change:
            nested["change"] = change
        if evidence := _evidence_of(fields):
            nested["evidence"] = evidence
        return nested


class PostForm(PostAnswer):
    """The form for a post's answer about the outcome of a commitment."""

    @model_validator(mode="before")
    @classmethod
    def _nest(cls, fields: Any) -> Any:  # noqa: ANN401 - as above
        nested = {name: fields[name] for name in ("seen", "outcome") if name in fields}
        if evidence := _evidence_of(fields):
            nested["evidence"] = evidence
        return nested


class AnswerForm(FollowUpAnswer):
    """The form with the goal ratings, the answers, and the last question."""

    @model_validator(mode="before")
    @classmethod
    def _nest(cls, fields: Any) -> Any:  # noqa: ANN401 - as above
        names = ("seen", "again", "sha256", "answers")
        nested = {name: fields[name] for name in names if name in fields}
        nested["ratings"] = {
            name.removeprefix(_RATING): value
            for name, value in fields.items()
            if name.startswith(_RATING) and str(value).strip()
        }
        return nested


def by_field(faults: Mapping[str, Displayed]) -> dict[str, Displayed]:
    """Return faults keyed by the page's field names."""
    return {_field(name): fault for name, fault in faults.items()}


def _field(name: str) -> str:
    for group in ("evidence", "change"):
        if name == group:
            return ""
        name = name.removeprefix(f"{group}.")
    return rating_field(name.removeprefix("ratings.")) if name.startswith("ratings.") else name
