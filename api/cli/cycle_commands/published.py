"""`gender-coach cycle publish`, `sessions` and `send`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.cli.cycle_commands import facts
from api.cli.cycle_commands.options import CYCLE_ID, DATA, AsJson, print_json
from api.cli.output import TEXTS, echo
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from api.cycles.service import cycle_header
from api.invitations import publish as publishing
from api.invitations.dispatch import release_messages
from api.overview.cycles import CycleOverview, read_overview
from api.sessions.facts import session_title
from api.sessions.labels import REPLY
from api.sessions.rows import SessionState
from api.sessions.schedule import cycle_schedule
from api.sessions.session_details import SessionDetails
from api.web.date_formats import format_short_datetime
from coach.errors import ConflictError
from coach.sessions import Reply
from coach.texts.facts import Fact


def publish(
    ident: Annotated[str, CYCLE_ID],
    *,
    plan: Annotated[
        str | None, typer.Option(help=_("The ID of the plan. If omitted, the only draft is used."))
    ] = None,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """Publish a draft plan, and prepare the emails about it."""
    with open_cli_services(data) as services:
        overview = read_overview(services, ident)
        if plan is None:
            plan = _only_draft(overview)
        published = publishing.publish_plan(services, plan, version=overview.versions.plans)
    if as_json:
        print_json(published)
    else:
        echo(facts.PUBLISHED(requests=published.requests, cancels=published.cancels))


def sessions(
    ident: Annotated[str, CYCLE_ID],
    *,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """List the published sessions and the replies to them."""
    with open_cli_services(data) as services, services.database.reading() as tx:
        cycle_header(tx, ident)
        found = cycle_schedule(tx, ident)
    if as_json:
        print_json(found)
        return
    for session in found:
        echo(_line(session))


def send(
    ident: Annotated[str, CYCLE_ID],
    *,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """Release the pending emails for a server or a worker to send."""
    with open_cli_services(data) as services:
        status = release_messages(services, ident, services.now()).rendered(TEXTS)
    if as_json:
        print_json(status)
    else:
        echo(facts.RELEASED(count=status.waiting))


def _only_draft(overview: CycleOverview) -> str:
    drafts = overview.draft_plan_ids
    if len(drafts) == 1:
        return drafts[0]
    raise ConflictError(facts.DRAFTS(count=len(drafts)) if drafts else facts.NO_DRAFT())


def _line(session: SessionDetails) -> Fact:
    line = facts.SESSION(
        when=format_short_datetime(session.start, ZoneInfo(session.timezone)),
        session=session_title(session.number, session.count),
        coachee=session.coachee.name,
        coach=session.coach.name,
        coachee_reply=REPLY[session.coachee_reply or Reply.NONE].words,
        coach_reply=REPLY[session.coach_reply or Reply.NONE].words,
    )
    return (
        facts.CANCELLED_SESSION(session=line) if session.state is SessionState.CANCELLED else line
    )
