"""Pages: what people see in a browser. They call the same workflows as the JSON routes."""

from fastapi import APIRouter

from api.accounts.pages.account import ACCOUNTS
from api.accounts.pages.oidc import ELSEWHERE
from api.accounts.pages.sign_in import SIGNING_IN
from api.consent.pages import CONSENT
from api.http.prefix_router import Signposted
from api.pages.access import ACCESS
from api.pages.audit import AUDIT
from api.pages.comparing import COMPARING
from api.pages.follow_up import FOLLOW_UP
from api.pages.notes import NOTES
from api.pages.office import OFFICE
from api.pages.person import PERSON
from api.pages.plan_person import PLAN_PERSON
from api.pages.planning import PLANNING
from api.pages.questions import QUESTION_PAGES
from api.pages.reference import REFERENCE
from api.pages.retention import RETENTION_PAGES
from api.pages.statements import STATEMENTS
from api.personal_links.email_pages import OWN_ADDRESS
from api.web.error_page import problem_page

router = APIRouter()
_OF_OFFICE = (OFFICE, RETENTION_PAGES, FOLLOW_UP, SIGNING_IN, ELSEWHERE, ACCOUNTS, AUDIT)
_OF_PLANS = (PLANNING, COMPARING, QUESTION_PAGES, PLAN_PERSON)
_OF_PEOPLE = (PERSON, CONSENT, STATEMENTS, NOTES, OWN_ADDRESS)
for part in (*_OF_OFFICE, *_OF_PLANS, *_OF_PEOPLE, REFERENCE):
    router.include_router(Signposted.of(part))

__all__ = ["ACCESS", "problem_page", "router"]
