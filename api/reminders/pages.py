"""The forms for switching a cycle's reminders on or off, and for reminding selected people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.lists.bulk import BulkForm, render_outcomes
from api.reminders import chosen, facts, switch
from api.reminders.switch import ReminderSwitch
from api.web.rendering import redirect_after_post

REMINDER_PAGES = APIRouter(include_in_schema=False)


@REMINDER_PAGES.post("/cycles/{cycle_id}/reminders")
def switch_reminders(
    cycle_id: str, form: Annotated[ReminderSwitch, Form()], services: ServicesDep
) -> Response:
    """Switch reminders on or off for this cycle only."""
    switch.switch_reminders(services, cycle_id, form)
    return redirect_after_post(f"{urls.cycle(cycle_id)}#reminders")


@REMINDER_PAGES.post("/cycles/{cycle_id}/sessions/chosen/reminders")
def remind_chosen(
    cycle_id: str, form: Annotated[BulkForm, Form()], request: Request, services: ServicesDep
) -> Response:
    """Remind people who have not replied to the selected sessions."""
    cycle, outcomes = chosen.remind_of_replies(services, cycle_id, form.ids)
    return render_outcomes(request, facts.CHOSEN_TITLE(), (cycle.id, cycle.name), form, outcomes)


ROUTERS = (REMINDER_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/cycles/{cycle_id}/reminders"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("POST", "/cycles/{cycle_id}/sessions/chosen/reminders"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
}
