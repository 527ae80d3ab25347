"""All modules with routes, in the order in which their routes are tried."""

from __future__ import annotations

from api.accounts import factor_routes
from api.accounts import routes as account_routes
from api.accounts.pages import account as account_pages
from api.accounts.pages import confirm as confirm_pages
from api.accounts.pages import confirm_change as confirm_change_pages
from api.accounts.pages import oidc as oidc_pages
from api.accounts.pages import sign_in as sign_in_pages
from api.accounts.pages import sign_in_link
from api.aides import another_time_pages as aide_another_time_pages
from api.aides import pages as aide_pages
from api.aides import routes as aide_routes
from api.coaching.agreements import office_pages as agreement_states_pages
from api.coaching.agreements import pages as agreement_pages
from api.coaching.agreements import routes as agreement_routes
from api.coaching.curriculum import pages as curriculum_pages
from api.coaching.curriculum import plan_pages as module_plan_pages
from api.coaching.curriculum import plan_routes as module_plan_routes
from api.coaching.curriculum import progress_pages as curriculum_progress_pages
from api.coaching.curriculum import routes as curriculum_routes
from api.coaching.follow_up import office_pages as follow_ups_of_cycle_pages
from api.coaching.follow_up import pages as follow_up_pages
from api.coaching.follow_up import post_pages
from api.coaching.follow_up import routes as follow_up_routes
from api.coaching.goals import commitment_pages, goal_pages
from api.coaching.goals import hub_page as coaching_pages
from api.coaching.goals import office_pages as goals_of_cycle_pages
from api.coaching.goals import routes as goal_routes
from api.coaching.instruments import office_pages as answer_pages
from api.coaching.instruments import pages as question_pages
from api.coaching.instruments import routes as question_routes
from api.coaching.life import office_pages as life_pages
from api.coaching.life import routes as life_routes
from api.consent import pages as consent_pages
from api.consent import routes as consent_routes
from api.cycles import routes as cycle_routes
from api.cycles import rules_pages
from api.data_protection import routes as retention_routes
from api.enrolment import join_pages, office_pages
from api.enrolment import routes as enrolment_routes
from api.feeds import pages as feed_pages
from api.feeds import routes as feed_routes
from api.group_events import office_pages as group_event_pages
from api.group_events import pages as own_event_pages
from api.group_events import routes as group_event_routes
from api.guidance import pages as guidance_pages
from api.guidance import routes as guidance_routes
from api.http import health_routes, reference_routes
from api.invitations import chosen_pages, reading_pages, reading_routes
from api.invitations import pages as invitation_pages
from api.invitations import routes as invitation_routes
from api.lists import pages as list_pages
from api.mail_check import pages as mail_check_pages
from api.mail_check import routes as mail_check_routes
from api.overview import (
    audit_pages,
    audit_routes,
    cycle_forms,
    cycle_page,
    cycles_page,
    metrics_routes,
    office_session_pages,
    people_page,
    person_pages,
    policy_pages,
    service_pages,
)
from api.overview import cycle_routes as overview_cycle_routes
from api.overview.pair_decisions import pages as pair_decision_pages
from api.overview.pair_decisions import routes as pair_decision_routes
from api.overview.person_editor import pages as person_editor_pages
from api.overview.person_editor import routes as person_editor_routes
from api.overview.policy_editor import new_cycle_pages
from api.overview.policy_editor import pages as policy_editor_pages
from api.overview.policy_editor import routes as policy_editor_routes
from api.overview.users import pages as user_pages
from api.overview.users import routes as user_routes
from api.own_data import pages as own_data_pages
from api.own_data import routes as own_data_routes
from api.participants import routes as participant_routes
from api.participants.preview import pages as preview_pages
from api.participants.preview import routes as preview_routes
from api.people import pages as directory_pages
from api.people import routes as directory_routes
from api.personal_links import (
    device_pages,
    email_pages,
    link_page,
    passkey_pages,
    verification_pages,
    verification_routes,
)
from api.personal_links import routes as personal_link_routes
from api.plan_queries import coachee_page, plan_page, timetable_page, waiting_page
from api.plan_queries import pages as plan_query_pages
from api.plan_queries import routes as plan_query_routes
from api.plans import comparison_page, label_page, side_by_side_page
from api.plans import pages as plan_pages
from api.plans import routes as plan_routes
from api.reminders import pages as reminder_pages
from api.reminders import routes as reminder_routes
from api.replies import office_pages as incoming_mail_pages
from api.replies import pages as reply_pages
from api.replies import routes as incoming_mail_routes
from api.rescheduling import office_pages as session_change_pages
from api.rescheduling import pages as another_time_pages
from api.rescheduling import rematch_pages
from api.rescheduling import routes as rescheduling_routes
from api.runs import pages as run_pages
from api.runs import routes as run_routes
from api.session_reports import note_access_pages, note_access_routes
from api.session_reports import office_pages as office_report_pages
from api.session_reports import pages as session_report_pages
from api.session_reports import routes as session_report_routes
from api.sessions import pages as session_pages
from api.sessions import routes as session_routes
from api.web import api_reference_pages, static_routes
from api.webhooks import pages as webhook_pages
from api.webhooks import routes as webhook_routes

API_MODULES = (
    health_routes,
    metrics_routes,
    service_pages,
    overview_cycle_routes,
    cycle_routes,
    policy_editor_routes,
    pair_decision_routes,
    person_editor_routes,
    participant_routes,
    preview_routes,
    directory_routes,
    retention_routes,
    enrolment_routes,
    run_routes,
    plan_routes,
    plan_query_routes,
    group_event_routes,
    invitation_routes,
    reading_routes,
    reminder_routes,
    personal_link_routes,
    verification_routes,
    session_routes,
    rescheduling_routes,
    incoming_mail_routes,
    session_report_routes,
    note_access_routes,
    agreement_routes,
    goal_routes,
    follow_up_routes,
    question_routes,
    life_routes,
    audit_routes,
    account_routes,
    factor_routes,
    user_routes,
    consent_routes,
    curriculum_routes,
    module_plan_routes,
    own_data_routes,
    feed_routes,
    webhook_routes,
    guidance_routes,
    mail_check_routes,
    aide_routes,
    reference_routes,
)
PAGE_MODULES = (
    cycles_page,
    new_cycle_pages,
    cycle_page,
    cycle_forms,
    policy_pages,
    policy_editor_pages,
    pair_decision_pages,
    person_editor_pages,
    people_page,
    preview_pages,
    directory_pages,
    curriculum_pages,
    curriculum_progress_pages,
    office_pages,
    join_pages,
    link_page,
    office_session_pages,
    chosen_pages,
    invitation_pages,
    reading_pages,
    reminder_pages,
    sign_in_pages,
    oidc_pages,
    sign_in_link,  # after the other sign-in pages, because its path is more general
    account_pages,
    list_pages,
    user_pages,
    webhook_pages,
    mail_check_pages,
    confirm_pages,
    confirm_change_pages,
    audit_pages,
    run_pages,
    comparison_page,
    label_page,
    side_by_side_page,
    plan_pages,
    plan_page,
    timetable_page,
    waiting_page,
    plan_query_pages,
    coachee_page,
    person_pages,
    session_pages,
    module_plan_pages,
    group_event_pages,
    own_event_pages,
    reply_pages,
    another_time_pages,
    session_change_pages,
    incoming_mail_pages,
    rematch_pages,
    consent_pages,
    session_report_pages,
    office_report_pages,
    note_access_pages,
    coaching_pages,
    agreement_pages,
    agreement_states_pages,
    goal_pages,
    commitment_pages,
    goals_of_cycle_pages,
    follow_up_pages,
    post_pages,
    follow_ups_of_cycle_pages,
    question_pages,
    answer_pages,
    life_pages,
    own_data_pages,
    feed_pages,
    guidance_pages,
    aide_pages,
    aide_another_time_pages,
    email_pages,
    verification_pages,
    device_pages,
    passkey_pages,
    rules_pages,
    api_reference_pages,
    static_routes,
)
