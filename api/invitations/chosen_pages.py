"""Forms for the messages of selected people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import AwareDatetime

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.invitations import chosen, facts
from api.invitations.chosen import ChosenMessages
from api.lists.bulk import BulkForm, render_outcomes
from coach.texts.facts import Fact

CHOSEN_MESSAGE_PAGES = APIRouter(prefix="/cycles/{cycle_id}/messages", include_in_schema=False)


class ChosenForm(BulkForm):
    """The selected people. Only messages created up to `until` are affected."""

    until: AwareDatetime


@CHOSEN_MESSAGE_PAGES.post("/chosen/send")
def send_chosen(
    cycle_id: str, form: Annotated[ChosenForm, Form()], request: Request, services: ServicesDep
) -> Response:
    """Send the pending messages of the selected people; other messages are not affected."""
    done = chosen.release_to(services, cycle_id, form.ids, form.until)
    return _outcomes(request, facts.CHOSEN_TITLE_RELEASED(), form, done)


@CHOSEN_MESSAGE_PAGES.post("/chosen/sent")
def mark_chosen_sent(
    cycle_id: str, form: Annotated[ChosenForm, Form()], request: Request, services: ServicesDep
) -> Response:
    """Record that the office has sent the pending messages of the selected people."""
    done = chosen.mark_sent_to(services, cycle_id, form.ids, form.until)
    return _outcomes(request, facts.CHOSEN_TITLE_MARKED(), form, done)


def _outcomes(request: Request, title: Fact, form: ChosenForm, done: ChosenMessages) -> Response:
    cycle = done.cycle.id, done.cycle.name
    return render_outcomes(request, title, cycle, form, done.outcomes)


ROUTERS = (CHOSEN_MESSAGE_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/cycles/{cycle_id}/messages/chosen/send"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", "/cycles/{cycle_id}/messages/chosen/sent"): Permission(
        MANAGER, scope=TokenScope.PEOPLE
    ),
}
