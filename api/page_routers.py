"""Pages: what people see in a browser. They call the same workflows as the JSON routes."""

from fastapi import APIRouter

from api.accounts.pages.account import ACCOUNTS
from api.accounts.pages.oidc import ELSEWHERE
from api.accounts.pages.sign_in import SIGNING_IN
from api.consent.pages import CONSENT
from api.cycles.pages import OFFICE
from api.cycles.rules_pages import REFERENCE
from api.data_protection.pages import RETENTION_PAGES
from api.http.page_permissions import ACCESS
from api.http.prefix_router import Signposted
from api.invitations.pages import FOLLOW_UP
from api.overview.audit_pages import AUDIT
from api.personal_links.email_pages import OWN_ADDRESS
from api.plan_queries.coachee_page import PLAN_PERSON
from api.plan_queries.pages import QUESTION_PAGES
from api.plans.comparison_page import COMPARING
from api.runs.pages import PLANNING
from api.session_reports.note_access_pages import NOTES
from api.session_reports.pages import STATEMENTS
from api.sessions.person_pages import PERSON
from api.web.error_page import problem_page

router = APIRouter()
_OF_OFFICE = (OFFICE, RETENTION_PAGES, FOLLOW_UP, SIGNING_IN, ELSEWHERE, ACCOUNTS, AUDIT)
_OF_PLANS = (PLANNING, COMPARING, QUESTION_PAGES, PLAN_PERSON)
_OF_PEOPLE = (PERSON, CONSENT, STATEMENTS, NOTES, OWN_ADDRESS)
for part in (*_OF_OFFICE, *_OF_PLANS, *_OF_PEOPLE, REFERENCE):
    router.include_router(Signposted.of(part))

__all__ = ["ACCESS", "problem_page", "router"]
