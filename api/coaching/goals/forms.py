"""Forms for goals and commitments: fields as text, and conversion to use-case inputs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import model_validator

from api.coaching.goals.commitment_views import CommitmentView
from api.coaching.goals.commitments import CommitmentInput, CommitmentStep
from api.coaching.goals.goal_views import GoalView
from api.coaching.goals.goals import GoalParts, GoalStep
from api.values import FrozenModel
from coach.commitments import Commitment, CommitmentChange
from coach.goals import GoalChange, GoalProof, GoalScale, GoalStatement
from coach.texts.facts import Displayed

_INDICATOR = "indicator_"


class GoalPart(StrEnum):
    """A part of a goal; each part has its own form."""

    STATEMENT = "statement"
    SCALE = "scale"
    PROOF = "proof"


GOAL_FIELDS = {
    GoalPart.STATEMENT: ("statement", "area", "reach", "weight"),
    GoalPart.SCALE: ("much_less", "less", "expected", "more", "much_more", "baseline"),
    GoalPart.PROOF: (
        *("indicator_name", "indicator_unit", "indicator_baseline", "indicator_target"),
        *("indicator_due", "verification", "nap_pillar", "nap_reference"),
    ),
}
STEP_FIELDS = ("to_post", "because")
COMMITMENT_FIELDS = tuple(Commitment.model_fields)


class StatementForm(GoalStatement):
    """The form for the first part of a goal."""

    seen: int = 0

    @property
    def parts(self) -> GoalParts:
        """The form as input for the use case."""
        given = GoalStatement(**self.model_dump(exclude={"seen"}))
        return GoalParts(seen=self.seen, statement=given)


class ScaleForm(GoalScale):
    """The form for the second part of a goal."""

    seen: int

    @property
    def parts(self) -> GoalParts:
        """The form as input for the use case."""
        return GoalParts(seen=self.seen, scale=GoalScale(**self.model_dump(exclude={"seen"})))


class ProofForm(GoalProof):
    """The form for the third part of a goal, in which the indicator's fields are not nested."""

    seen: int

    @model_validator(mode="before")
    @classmethod
    def _nest(cls, fields: object) -> object:
        """Move the indicator's non-empty fields into a single nested field."""
        if not isinstance(fields, dict):
            return fields
        own = {name: value for name, value in fields.items() if not name.startswith(_INDICATOR)}
        indicator = {
            name.removeprefix(_INDICATOR): value
            for name, value in fields.items()
            if name.startswith(_INDICATOR) and value
        }
        return own | {"indicator": indicator}

    @property
    def parts(self) -> GoalParts:
        """The form as input for the use case."""
        return GoalParts(seen=self.seen, proof=GoalProof(**self.model_dump(exclude={"seen"})))


FORMS: dict[GoalPart, type[StatementForm | ScaleForm | ProofForm]] = {
    GoalPart.STATEMENT: StatementForm,
    GoalPart.SCALE: ScaleForm,
    GoalPart.PROOF: ProofForm,
}


class GoalStepForm(GoalChange):
    """The form for changing the state of a goal."""

    seen: int

    @property
    def step(self) -> GoalStep:
        """The form as input for the use case."""
        return GoalStep(seen=self.seen, change=GoalChange(**self.model_dump(exclude={"seen"})))


class CommitmentForm(Commitment):
    """The form for a commitment."""

    seen: int = 0

    @property
    def commitment(self) -> Commitment:
        """The commitment in the form."""
        return Commitment(**self.model_dump(exclude={"seen"}))

    @property
    def input(self) -> CommitmentInput:
        """The form as input for the use case that changes a commitment."""
        return CommitmentInput(seen=self.seen, commitment=self.commitment)


class CommitmentStepForm(CommitmentChange):
    """The form for changing the state of a commitment."""

    seen: int

    @property
    def step(self) -> CommitmentStep:
        """The form as input for the use case."""
        change = CommitmentChange(**self.model_dump(exclude={"seen"}))
        return CommitmentStep(seen=self.seen, change=change)


class SharingForm(FrozenModel):
    """The checkbox that lets the programme office see a title; absent if it is not checked."""

    title_shared: bool = False


def goal_fields(goal: GoalView, part: GoalPart) -> dict[str, str]:
    """Convert a part of a goal to form fields."""
    if part is GoalPart.STATEMENT:
        return _texts(goal.statement.model_dump(mode="json"))
    if part is GoalPart.SCALE:
        scale = goal.scale or GoalScale.model_construct()
        return _texts(scale.model_dump(mode="json"))
    proof = goal.proof.model_dump(mode="json")
    indicator = proof.pop("indicator")
    return _texts(proof | {f"indicator_{name}": value for name, value in indicator.items()})


def commitment_fields(one: CommitmentView) -> dict[str, str]:
    """Convert a commitment to form fields."""
    return _texts(one.commitment.model_dump(mode="json"))


def _texts(values: dict[str, object]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in values.items()}


def by_form_field(faults: Mapping[str, Displayed]) -> dict[str, Displayed]:
    """Return faults keyed by form field, with the indicator's faults mapped to its fields."""
    return {
        _INDICATOR + name.removeprefix("indicator.").replace("indicator", "name")
        if name.startswith("indicator")
        else name: fault
        for name, fault in faults.items()
    }
