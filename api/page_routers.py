"""Pages: what people see in a browser. They call the same workflows as the JSON routes."""

from fastapi import APIRouter

from api.accounts.pages.account import ACCOUNT_PAGES
from api.accounts.pages.oidc import OIDC_PAGES
from api.accounts.pages.sign_in import SIGN_IN_PAGES
from api.consent.pages import CONSENT
from api.cycles.pages import OFFICE
from api.cycles.rules_pages import REFERENCE
from api.data_protection.pages import RETENTION_PAGES
from api.http.page_permissions import PERMISSIONS
from api.http.prefix_router import PrefixRouter
from api.invitations.pages import SESSION_PAGES
from api.overview.audit_pages import AUDIT
from api.personal_links.email_pages import EMAIL_PAGES
from api.plan_queries.coachee_page import COACHEE_PAGES
from api.plan_queries.pages import QUESTION_PAGES
from api.plans.comparison_page import COMPARISON_PAGES
from api.runs.pages import RUN_AND_PLAN_PAGES
from api.session_reports.note_access_pages import NOTES
from api.session_reports.pages import SESSION_REPORT_PAGES
from api.sessions.person_pages import PERSON
from api.web.error_page import problem_page

router = APIRouter()
_OF_OFFICE = (
    OFFICE,
    RETENTION_PAGES,
    SESSION_PAGES,
    SIGN_IN_PAGES,
    OIDC_PAGES,
    ACCOUNT_PAGES,
    AUDIT,
)
_OF_PLANS = (RUN_AND_PLAN_PAGES, COMPARISON_PAGES, QUESTION_PAGES, COACHEE_PAGES)
_OF_PEOPLE = (PERSON, CONSENT, SESSION_REPORT_PAGES, NOTES, EMAIL_PAGES)
for part in (*_OF_OFFICE, *_OF_PLANS, *_OF_PEOPLE, REFERENCE):
    router.include_router(PrefixRouter.from_router(part))

__all__ = ["PERMISSIONS", "problem_page", "router"]
