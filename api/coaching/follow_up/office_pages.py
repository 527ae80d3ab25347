"""The office's pages for a cycle's follow-ups, and for a link to send by other means."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.coaching.follow_up import facts
from api.coaching.follow_up.office import (
    FOLLOW_UP_LIST,
    OfficeFollowUp,
    read_office_page,
    show_link,
)
from api.coaching.follow_up.presenters import state_badge
from api.coaching.goals.labels import commitment_badge
from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import read_query
from api.web.date_formats import format_local_date, format_short_date
from api.web.rendering import render_page
from coach.follow_up import FollowUpState
from coach.texts.facts import Displayed

FOLLOW_UPS_OF_CYCLE = APIRouter(include_in_schema=False)


@FOLLOW_UPS_OF_CYCLE.get("/cycles/{cycle_id}/follow-ups")
def show_follow_ups(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the follow-ups of a cycle, and each pair's commitments by state."""
    query = read_query(request, FOLLOW_UP_LIST)
    found = read_office_page(services, cycle_id, query)
    zone = ZoneInfo(found.cycle.timezone)
    path = urls.follow_ups(cycle_id)
    return render_page(
        request,
        "coaching/follow_up/of_cycle.html",
        cycle=found.cycle,
        is_asked=found.is_asked,
        here=path,
        coachee_page=urls.goals(cycle_id),
        list=present_list(path, query, found.selected),
        counts=[
            (state_badge(state), found.counts[state])
            for state in FollowUpState
            if state in found.counts
        ],
        follow_ups=[_line(one, zone) for one in found.follow_ups],
        sends_mail=services.settings.mail.enabled,
    )


@FOLLOW_UPS_OF_CYCLE.post("/cycles/{cycle_id}/follow-ups/{follow_up_id}/link")
def show_person_link(
    cycle_id: str, follow_up_id: str, request: Request, services: ServicesDep
) -> Response:
    """Show the link of a person who is asked, so that the office can send it itself."""
    shown = show_link(services, cycle_id, follow_up_id)
    return render_page(
        request, "coaching/follow_up/link.html", shown=shown, here=urls.follow_ups(cycle_id)
    )


def _line(one: OfficeFollowUp, zone: ZoneInfo) -> dict[str, object]:
    posts: list[Displayed] = [
        facts.POST_WAITS() if outcome is None else facts.OFFICE_POST_OUTCOMES[outcome]()
        for outcome in one.posts
    ]
    return {
        "view": one,
        "month": facts.MONTH(count=one.month),
        "badge": state_badge(one.state),
        "due": format_short_date(one.due),
        "asked": format_local_date(one.asked_at, zone),
        "opened": format_local_date(one.opened_at, zone),
        "answered": format_local_date(one.answered_at, zone),
        "commitments": [
            (commitment_badge(state), number) for state, number in sorted(one.commitments.items())
        ],
        "posts": posts,
        "can_show_link": one.state is FollowUpState.DUE,
    }


ROUTERS = (FOLLOW_UPS_OF_CYCLE,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/follow-ups"): Permission(MANAGER, audit_action="follow-ups opened"),
    ("POST", "/cycles/{cycle_id}/follow-ups/{follow_up_id}/link"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
}
