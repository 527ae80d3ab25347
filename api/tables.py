"""Collects the database tables of all subjects; importing this module registers them."""

from __future__ import annotations

from api.accounts import rows as accounts_tables
from api.audit_trail import rows as audit_trail_tables
from api.background import rows as background_tables
from api.coaching.agreements import rows as agreements_tables
from api.coaching.curriculum import rows as curriculum_tables
from api.coaching.follow_up import rows as follow_up_tables
from api.coaching.goals import rows as goals_tables
from api.coaching.instruments import rows as instruments_tables
from api.coaching.life import rows as life_tables
from api.consent import rows as consent_tables
from api.cycles import rows as cycles_tables
from api.database import rows as database_tables
from api.database.types import TableRow
from api.enrolment import rows as enrolment_tables
from api.guidance import rows as guidance_tables
from api.lists import rows as lists_tables
from api.mail import rows as mail_tables
from api.participants import group_rows as group_event_tables
from api.participants import rows as participants_tables
from api.personal_links import rows as personal_links_tables
from api.plan_queries import rows as plan_queries_tables
from api.replies import rows as replies_tables
from api.rescheduling import rows as rescheduling_tables
from api.runs import rows as runs_tables
from api.session_reports import rows as session_reports_tables
from api.sessions import rows as sessions_tables
from api.webhooks import rows as webhooks_tables

TABLES: tuple[type[TableRow], ...] = (
    *accounts_tables.TABLES,
    *agreements_tables.TABLES,
    *audit_trail_tables.TABLES,
    *background_tables.TABLES,
    *consent_tables.TABLES,
    *curriculum_tables.TABLES,
    *cycles_tables.TABLES,
    *database_tables.TABLES,
    *enrolment_tables.TABLES,
    *group_event_tables.TABLES,
    *guidance_tables.TABLES,
    *instruments_tables.TABLES,
    *life_tables.TABLES,
    *lists_tables.TABLES,
    *goals_tables.TABLES,
    *follow_up_tables.TABLES,
    *mail_tables.TABLES,
    *participants_tables.TABLES,
    *personal_links_tables.TABLES,
    *plan_queries_tables.TABLES,
    *rescheduling_tables.TABLES,
    *replies_tables.TABLES,
    *runs_tables.TABLES,
    *session_reports_tables.TABLES,
    *sessions_tables.TABLES,
    *webhooks_tables.TABLES,
)
