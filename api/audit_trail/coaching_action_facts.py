"""Labels of the coaching actions that the audit trail records."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import Fact, message

COACHING_ACTIONS: Mapping[str, Fact] = {
    "agreement agreed to": message("audit_action.agreement_agreed_to", "agreement accepted")(),
    "agreement closed": message("audit_action.agreement_closed", "agreement closed")(),
    "agreement completed": message("audit_action.agreement_completed", "agreement completed")(),
    "agreement kept": message(
        "audit_action.agreement_kept", "proposed change to an agreement withdrawn"
    )(),
    "agreement proposed": message("audit_action.agreement_proposed", "agreement proposed")(),
    "agreement written": message("audit_action.agreement_written", "agreement written")(),
    "agreements opened": message("audit_action.agreements_opened", "agreement states viewed")(),
    "alumni agreed to": message(
        "audit_action.alumni_agreed_to", "consent to stay in touch given"
    )(),
    "alumni taken back": message(
        "audit_action.alumni_taken_back", "consent to stay in touch withdrawn"
    )(),
    "answers opened": message("audit_action.answers_opened", "answer statistics viewed")(),
    "commitment added": message("audit_action.commitment_added", "commitment added")(),
    "commitment changed": message("audit_action.commitment_changed", "commitment changed")(),
    "commitment state changed": message(
        "audit_action.commitment_state_changed", "commitment state changed"
    )(),
    "commitment title hidden": message(
        "audit_action.commitment_title_hidden", "commitment title no longer shared"
    )(),
    "commitment title shared": message(
        "audit_action.commitment_title_shared", "commitment title shared"
    )(),
    "course chosen": message("audit_action.course_chosen", "course chosen for a cycle")(),
    "curriculum of cycle opened": message(
        "audit_action.curriculum_of_cycle_opened", "plans of modules viewed"
    )(),
    "early ends opened": message("audit_action.early_ends_opened", "early ends viewed")(),
    "evidence added": message("audit_action.evidence_added", "evidence added")(),
    "fit answered": message("audit_action.fit_answered", "question about fit answered")(),
    "follow-up answered": message("audit_action.follow_up_answered", "follow-up answered")(),
    "follow-up link made": message(
        "audit_action.follow_up_link_made", "link for follow-ups created"
    )(),
    "follow-up link shown": message(
        "audit_action.follow_up_link_shown", "link for follow-ups shown to the office"
    )(),
    "follow-up opened": message("audit_action.follow_up_opened", "follow-up form viewed")(),
    "follow-ups allowed": message("audit_action.follow_ups_allowed", "follow-ups allowed again")(),
    "follow-ups opened": message("audit_action.follow_ups_opened", "follow-ups viewed")(),
    "follow-ups planned": message("audit_action.follow_ups_planned", "follow-ups planned")(),
    "follow-ups refused": message("audit_action.follow_ups_refused", "follow-ups declined")(),
    "follow-ups written": message(
        "audit_action.follow_ups_written", "follow-up questions queued"
    )(),
    "goal added": message("audit_action.goal_added", "goal added")(),
    "goal changed": message("audit_action.goal_changed", "goal changed")(),
    "goal rated": message("audit_action.goal_rated", "goal rated")(),
    "goal state changed": message("audit_action.goal_state_changed", "goal state changed")(),
    "goals handed over": message(
        "audit_action.goals_handed_over", "goals shared with a new coach"
    )(),
    "goals opened": message("audit_action.goals_opened", "goal states viewed")(),
    "module added": message("audit_action.module_added", "module added")(),
    "module changed": message("audit_action.module_changed", "module changed")(),
    "module deleted": message("audit_action.module_deleted", "module deleted")(),
    "module restored": message("audit_action.module_restored", "module restored")(),
    "module retired": message("audit_action.module_retired", "module retired")(),
    "nomination recorded": message("audit_action.nomination_recorded", "nomination recorded")(),
    "nomination removed": message("audit_action.nomination_removed", "nomination removed")(),
    "nominations opened": message("audit_action.nominations_opened", "nominations viewed")(),
    "objectives approved": message("audit_action.objectives_approved", "objectives approved")(),
    "plan of modules changed": message(
        "audit_action.plan_of_modules_changed", "plan of modules changed"
    )(),
    "plan of modules opened": message(
        "audit_action.plan_of_modules_opened", "plan of modules viewed"
    )(),
    "post answered": message(
        "audit_action.post_answered", "post's reply about a commitment recorded"
    )(),
    "post link made": message("audit_action.post_link_made", "link for a post created")(),
    "post may be asked": message(
        "audit_action.post_may_be_asked", "permission given to contact a post about a commitment"
    )(),
    "questions answered": message("audit_action.questions_answered", "questions answered")(),
    "reason of early end recorded": message(
        "audit_action.reason_of_early_end_recorded", "reason for a pair's early end recorded"
    )(),
}
"""The label of each action about agreements, goals, modules, questions and follow-ups."""
