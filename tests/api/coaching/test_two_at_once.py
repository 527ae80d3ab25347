"""Two people change the same object in a form: neither unknowingly overwrites the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.coaching.callers import TERMS, Caller, make_agreement, published_cycle

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from conftest import World

GOAL = {"statement": "More women apply", "area": "personnel", "reach": "unit", "weight": "1"}
SCALE = {"much_less": "none", "expected": "three", "much_more": "ten", "baseline": "-2"}
PROOF = {
    "verification": "order",
    "nap_pillar": "none",
    "indicator_name": "Applications",
    "indicator_unit": "%",
}
MODULE = {
    "title": "Our own module",
    "level": "basic",
    "order": "20",
    "minutes": "45",
    "objectives": "Know it\nDo it",
    "prerequisites": "",
    "before": "",
    "materials": "",
}


@dataclass
class Form:
    """A form whose field `field` is changed by two people at once.

    Attributes:
        post: submits the form.
        fields: the values stored initially, without the version.
        field: the field that both change.
        faulty: a value of the field that is refused.
        theirs: the value that the other person submits first.
        mine: the value that is then refused.
        version: the name of the field with the version.
        at: the initial version.
    """

    post: Callable[[dict[str, Any]], httpx.Response]
    fields: dict[str, Any]
    field: str
    faulty: str
    theirs: str
    mine: str
    version: str = "seen"
    at: int = 1

    def submit(self, text: str, version: int) -> httpx.Response:
        """Submit the form with `text`, based on the given version."""
        return self.post(self.fields | {self.field: text, self.version: str(version)})


def _seen(answer: httpx.Response, name: str) -> str:
    """Return the last version on a page, from the form field `name`."""
    return re.findall(rf'name="{name}" value="(-?\d*)"', answer.text)[-1]


def _goal(coachee: Caller, coach: Caller) -> str:
    page = coachee.page(f"/coaching/{coach.id}/goals", GOAL | {"seen": "0"})
    return page.headers["location"].split(coachee.link)[1].removesuffix("/change/scale")


def _forms(world: World, coachee: Caller, coach: Caller) -> list[Form]:
    manager = {"Authorization": f"Bearer {world.manager_token()}"}

    def office(path: str, sent: dict[str, Any]) -> httpx.Response:
        return coach.client.post(path, data=sent, headers=manager)

    goals = f"{_goal(coachee, coach)}/change"
    due = f"{world.services.now():%Y-%m-%d}"
    commitment = {"title": "Write an order", "due": due, "area": "personnel", "nap_pillar": "none"}
    commitments = f"/coaching/{coach.id}/commitments"
    added = coachee.page(commitments, commitment).headers["location"].split(coachee.link)[1]
    office("/curriculum/add", MODULE | {"code": "C1"})
    session = coach.get("/me/sessions")["sessions"][0]["id"]
    plan = {"course": "basic", "session.B1": "1"}
    plans = f"/sessions/{session}/modules"
    return [
        Form(
            lambda sent: coachee.page(f"{goals}/statement", sent), GOAL, "statement", "", "T", "M"
        ),
        Form(
            lambda sent: coachee.page(f"{goals}/scale", sent), SCALE, "expected", "", "T", "M", at=3
        ),
        Form(
            lambda sent: coachee.page(f"{goals}/proof", sent),
            *(PROOF, "indicator_name", "", "T", "M"),
            at=5,
        ),
        Form(lambda sent: coachee.page(f"{added}/change", sent), commitment, "title", "", "T", "M"),
        Form(
            lambda sent: coachee.page(f"/coaching/{coach.id}/agreement", sent),
            *(TERMS, "purpose", "", "T", "M"),
            at=3,
        ),
        Form(
            lambda sent: office("/curriculum/C1", sent),
            *(MODULE, "minutes", "1", "50", "55", "version"),
        ),
        Form(
            lambda sent: coach.page(plans, sent),
            *(plan, "session.B2", "x", "1", "2", "version"),
            at=1,
        ),
    ]


@pytest.fixture
def forms(world: World, client: httpx.Client) -> list[Form]:
    """Return each form that two people can change at once, with its initial version."""
    cycle = published_cycle(world, client)
    coachee, coach = cycle.caller("C-1"), cycle.caller("K-1")
    make_agreement(coachee, coach)
    return _forms(world, coachee, coach)


def test_form_shown_again_does_not_overwrite_what_somebody_else_has_changed(
    forms: list[Form],
) -> None:
    for form in forms:
        theirs = form.submit(form.theirs, form.at)
        assert theirs.is_redirect, theirs.text
        faulty = form.submit(form.faulty, form.at)
        assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, form.field
        assert _seen(faulty, form.version) == str(form.at), form.field
        refused = form.submit(form.mine, int(_seen(faulty, form.version)))
        assert refused.status_code == HTTPStatus.CONFLICT, form.field
        assert "somebody else has changed this" in refused.text.lower(), form.field
        assert "current value" in refused.text.lower(), form.field
        assert f">{form.mine}<" in refused.text or f'value="{form.mine}"' in refused.text
        again = form.submit(form.mine, int(_seen(refused, form.version)))
        assert again.is_redirect, form.field


def test_unknown_version_matches_none(forms: list[Form]) -> None:
    for form in forms:
        answer = form.post(form.fields | {form.version: "latest"})
        assert answer.status_code == HTTPStatus.CONFLICT, form.field


def test_form_of_a_step_keeps_what_was_typed_and_the_version(
    world: World, client: httpx.Client
) -> None:
    cycle = published_cycle(world, client)
    coachee, coach = cycle.caller("C-1"), cycle.caller("K-1")
    make_agreement(coachee, coach)
    due = f"{world.services.now():%Y-%m-%d}"
    commitment = {"title": "Write an order", "due": due, "area": "personnel", "nap_pillar": "none"}
    added = coachee.page(f"/coaching/{coach.id}/commitments", commitment)
    page = added.headers["location"].split(coachee.link)[1]
    assert coachee.page(f"{page}/step", {"event": "commit", "seen": "1"}).is_redirect
    theirs = page.replace(coach.id, coachee.id)
    assert coach.page(f"{theirs}/step", {"event": "start", "seen": "2"}).is_redirect
    step = {"event": "hand_over", "to_post": "x" * 200, "seen": "2"}
    faulty = coachee.page(f"{page}/step", step)
    assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _seen(faulty, "seen") == "2"
    late = coachee.page(f"{page}/step", step | {"to_post": "Head of staff"})
    assert late.status_code == HTTPStatus.CONFLICT
    assert 'value="Head of staff"' in late.text
    assert _seen(late, "seen") == "3"
