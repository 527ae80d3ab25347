"""Labels on the audit page: every recorded action, object, role and detail has a label."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.app import PERMISSIONS
from api.audit_trail import facts
from api.audit_trail.action_facts import ACTIONS
from api.audit_trail.detail_facts import DETAILS, VALUES
from api.audit_trail.log import AUTHENTICATION_DETAILS
from api.background.rows import TaskState
from api.consent.rows import ConsentKind
from api.data_protection.retention_sweep import erasure_scope, stale_secrets
from api.http.principal import AccessRole, Verification
from api.overview.person_editor.service import EDITED
from api.participants.own_values import OWN_FIELDS
from api.participants.rows import Side
from api.personal_links.one_time_codes import CodePurpose
from api.plan_queries.rows import QuestionKind
from api.plans.label import PlanLabel
from api.runs.rows import RunPurpose
from coach.commitments import CommitmentState
from coach.goals import GoalState, Proof
from coach.sessions import Reply

if TYPE_CHECKING:
    from conftest import World

ROOT = Path(__file__).parents[3] / "api"
LOG = ROOT / "audit_trail" / "log.py"
VARIABLES = {
    "kind": (ConsentKind.PUBLICITY, ConsentKind.ALUMNI),
    "side": tuple(Side),
    "reply.reply": (Reply.ACCEPTED, Reply.DECLINED),
    "given.reply": (Reply.ACCEPTED, Reply.DECLINED),
    "row.state": tuple(state for state in TaskState if state.is_final),
}
"""The values of the expressions in the f-strings that build action names."""


class _Source:
    """The parts of the `api` source code that record audit events."""

    def __init__(self) -> None:
        texts = [path.read_text() for path in ROOT.rglob("*.py") if path != LOG]
        modules = [ast.parse(text) for text in texts if "record_" in text or "action" in text]
        nodes = [node for module in modules for node in ast.walk(module)]
        self.constants = {
            ast.unparse(node.targets[0]): (node.value.value,)
            for text in texts
            for node in ast.parse(text).body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        }
        self.actions = [
            node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "action"
        ]
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        self.failures = [call for call in calls if _function(call) == "record_failure"]
        self.recorded = [
            call
            for call in calls
            if _function(call) == "record_event"
            # Repeats events that one of the other calls recorded.
            and not any(isinstance(argument, ast.Starred) for argument in call.args)
        ]


def _function(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@cache
def _source() -> _Source:
    return _Source()


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield every string to which an expression can evaluate."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from (*_texts(one), *_texts(other))
        case ast.FormattedValue(value=ast.IfExp() as either):
            yield from _texts(either)
        case ast.FormattedValue(value=value):
            yield from VARIABLES[ast.unparse(value)]
        case ast.JoinedStr(values=parts):
            yield from map("".join, product(*map(_texts, parts)))
        case ast.Name(id="action"):
            yield from _values_of_action()
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            yield from _source().constants[name]
        case _:
            raise AssertionError(f"cannot evaluate the action {ast.unparse(node)}")


@cache
def _values_of_action() -> tuple[str, ...]:
    """Return the values of variables named `action`, from assignments and from arguments."""
    arguments = (call.args[2] for call in _source().failures)
    return tuple(value for node in (*_source().actions, *arguments) for value in _texts(node))


def _recorded_actions() -> set[str]:
    opened = {permission.audit_action for permission in PERMISSIONS.values()} - {""}
    return opened.union(*(_texts(call.args[1]) for call in _source().recorded))


def test_actions_with_a_label_are_those_that_are_recorded() -> None:
    assert set(ACTIONS) == _recorded_actions()


def test_every_kind_of_object_has_a_label() -> None:
    recorded = {ast.literal_eval(call.args[2]) for call in _source().recorded}
    opened = {
        permission.audit_object or path.partition("{")[2].partition("}")[0].removesuffix("_id")
        for (_method, path), permission in PERMISSIONS.items()
        if permission.audit_action
    }
    assert set(facts.OBJECTS) == recorded | opened


def test_every_role_has_a_label() -> None:
    assert set(facts.ROLES) == set(AccessRole)


def test_every_detail_has_a_label(world: World) -> None:
    named = {keyword.arg for call in _source().recorded for keyword in call.keywords} - {None, "by"}
    cycle_id, now = world.cycle(), world.services.now()
    with world.database.writing() as tx:
        counted = {*erasure_scope(tx, cycle_id).counts, *stale_secrets(tx, now=now)}
    edited = {name for columns in EDITED.values() for name in columns}
    label = PlanLabel.model_fields
    limits = {"cycles", "countries"}  # see `record_access`
    assert set(DETAILS) == named | counted | {
        *AUTHENTICATION_DETAILS,
        *OWN_FIELDS,
        *edited,
        *label,
        *limits,
    }


@pytest.mark.parametrize(
    "values",
    [RunPurpose, CodePurpose, QuestionKind, Verification, GoalState, CommitmentState, Proof],
)
def test_every_value_of_a_detail_has_a_label(values: type[RunPurpose]) -> None:
    assert set(VALUES) >= set(values)


def test_a_name_of_another_version_is_shown_as_stored() -> None:
    assert facts.label(ACTIONS, "of a later version") == "of a later version"
