"""What is said about the audit trail, and labels for what it stores.

The labels are by the stored names, which never change.
"""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import DATE, FACT, NUMBER, TEXT, Displayed, Fact, listed, message

# i18n: the name of a detail and its value: rows 12.
DETAIL = message("audit.detail", "{name} {value}", name=FACT, value=FACT)
DETAIL_LIST = message("audit.details", "{details}", details=listed(FACT))

HEAD_SUBJECT = message("audit_trail.head_subject", "Audit trail of {day}", day=DATE)
HEAD_BODY = message(
    "audit_trail.head_body",
    "On {day}, the audit trail of {server} had {rows} rows. The seal of the last row is:\n\n"
    "{head}\n\n"
    "Keep this email. To check later that no row has been removed, run:\n\n"
    "gender-coach audit verify --head {head}",
    day=DATE,
    server=TEXT,
    rows=NUMBER,
    head=TEXT,
)

ACTIONS: Mapping[str, Fact] = {
    "address changed": message("audit_action.address_changed", "address changed")(),
    "answer opened": message("audit_action.answer_opened", "answer opened")(),
    "audit head stored": message("audit_action.audit_head_stored", "audit head stored")(),
    "code sent": message("audit_action.code_sent", "code sent")(),
    "code wrong": message("audit_action.code_wrong", "code wrong")(),
    "confirmation failed": message("audit_action.confirmation_failed", "confirmation failed")(),
    "credential revoked": message("audit_action.credential_revoked", "credential revoked")(),
    "cycle begun": message("audit_action.cycle_begun", "cycle begun")(),
    "cycle erased": message("audit_action.cycle_erased", "cycle erased")(),
    "coach list taken in": message("audit_action.coach_list_taken_in", "coach list taken in")(),
    "coachee list taken in": message(
        "audit_action.coachee_list_taken_in", "coachee list taken in"
    )(),
    "database copied": message("audit_action.database_copied", "database copied")(),
    "database restored": message("audit_action.database_restored", "database restored")(),
    "ended secrets deleted": message(
        "audit_action.ended_secrets_deleted", "ended secrets deleted"
    )(),
    "erasure announced": message("audit_action.erasure_announced", "erasure announced")(),
    "erasure held": message("audit_action.erasure_held", "erasure held")(),
    "erasure released": message("audit_action.erasure_released", "erasure released")(),
    "feedback given": message("audit_action.feedback_given", "feedback given")(),
    "feedback opened": message("audit_action.feedback_opened", "feedback opened")(),
    "link made": message("audit_action.link_made", "link made")(),
    "mail not delivered": message("audit_action.mail_not_delivered", "mail not delivered")(),
    "mail sent otherwise": message("audit_action.mail_sent_otherwise", "mail sent otherwise")(),
    "mails tried again": message("audit_action.mails_tried_again", "mails tried again")(),
    "master key rotated": message("audit_action.master_key_rotated", "master key rotated")(),
    "message exported": message("audit_action.message_exported", "message exported")(),
    "messages exported": message("audit_action.messages_exported", "messages exported")(),
    "messages opened": message("audit_action.messages_opened", "messages opened")(),
    "messages released": message("audit_action.messages_released", "messages released")(),
    "messages sent": message("audit_action.messages_sent", "messages sent")(),
    "new notebook begun on a device": message(
        "audit_action.new_notebook_begun_on_a_device", "new notebook begun on a device"
    )(),
    "note passphrase chosen": message(
        "audit_action.note_passphrase_chosen", "note passphrase chosen"
    )(),
    "note passphrase wrong": message(
        "audit_action.note_passphrase_wrong", "note passphrase wrong"
    )(),
    "note recovery code made": message(
        "audit_action.note_recovery_code_made", "note recovery code made"
    )(),
    "note recovery code used": message(
        "audit_action.note_recovery_code_used", "note recovery code used"
    )(),
    "note written": message("audit_action.note_written", "note written")(),
    "notebooks joined": message("audit_action.notebooks_joined", "notebooks joined")(),
    "notes begun on a device": message(
        "audit_action.notes_begun_on_a_device", "notes begun on a device"
    )(),
    "notes opened on a device": message(
        "audit_action.notes_opened_on_a_device", "notes opened on a device"
    )(),
    "other browsers signed out": message(
        "audit_action.other_browsers_signed_out", "other browsers signed out"
    )(),
    "passkey added": message("audit_action.passkey_added", "passkey added")(),
    "passkey refused": message("audit_action.passkey_refused", "passkey refused")(),
    "passkey removed": message("audit_action.passkey_removed", "passkey removed")(),
    "passkey renamed": message("audit_action.passkey_renamed", "passkey renamed")(),
    "password and second factor set": message(
        "audit_action.password_and_second_factor_set", "password and second factor set"
    )(),
    "people opened": message("audit_action.people_opened", "people opened")(),
    "person erased": message("audit_action.person_erased", "person erased")(),
    "person exported": message("audit_action.person_exported", "person exported")(),
    "plan exported": message("audit_action.plan_exported", "plan exported")(),
    "plan opened": message("audit_action.plan_opened", "plan opened")(),
    "plan published": message("audit_action.plan_published", "plan published")(),
    "policy replaced": message("audit_action.policy_replaced", "policy replaced")(),
    "publicity agreed to": message("audit_action.publicity_agreed_to", "publicity agreed to")(),
    "publicity taken back": message("audit_action.publicity_taken_back", "publicity taken back")(),
    "question asked": message("audit_action.question_asked", "question asked")(),
    "question cancel asked for": message(
        "audit_action.question_cancel_asked_for", "question cancel asked for"
    )(),
    "question cancelled": message("audit_action.question_cancelled", "question cancelled")(),
    "question failed": message("audit_action.question_failed", "question failed")(),
    "question finished": message("audit_action.question_finished", "question finished")(),
    "record opened": message("audit_action.record_opened", "record opened")(),
    "record submitted": message("audit_action.record_submitted", "record submitted")(),
    "recovery code used": message("audit_action.recovery_code_used", "recovery code used")(),
    "recovery codes made": message("audit_action.recovery_codes_made", "recovery codes made")(),
    "reminders switched off": message(
        "audit_action.reminders_switched_off", "reminders switched off"
    )(),
    "reminders switched on": message(
        "audit_action.reminders_switched_on", "reminders switched on"
    )(),
    "reminders written": message("audit_action.reminders_written", "reminders written")(),
    "run asked for": message("audit_action.run_asked_for", "run asked for")(),
    "run cancel asked for": message("audit_action.run_cancel_asked_for", "run cancel asked for")(),
    "run cancelled": message("audit_action.run_cancelled", "run cancelled")(),
    "run failed": message("audit_action.run_failed", "run failed")(),
    "run finished": message("audit_action.run_finished", "run finished")(),
    "session accepted": message("audit_action.session_accepted", "session accepted")(),
    "session declined": message("audit_action.session_declined", "session declined")(),
    "session opened": message("audit_action.session_opened", "session opened")(),
    "sign-in address made": message("audit_action.sign_in_address_made", "sign-in address made")(),
    "sign-in failed": message("audit_action.sign_in_failed", "sign-in failed")(),
    "terms accepted": message("audit_action.terms_accepted", "terms accepted")(),
    "timetable opened": message("audit_action.timetable_opened", "timetable opened")(),
    "token made": message("audit_action.token_made", "token made")(),
    "user added": message("audit_action.user_added", "user added")(),
    "user confirmed": message("audit_action.user_confirmed", "user confirmed")(),
    "user disabled": message("audit_action.user_disabled", "user disabled")(),
    "user linked": message("audit_action.user_linked", "user linked")(),
    "user signed in": message("audit_action.user_signed_in", "user signed in")(),
    "user signed out everywhere": message(
        "audit_action.user_signed_out_everywhere", "user signed out everywhere"
    )(),
    "user unlinked": message("audit_action.user_unlinked", "user unlinked")(),
}
"""What somebody did."""

ROLES: Mapping[str, Fact] = {
    "manager": message("audit_role.manager", "manager")(),
    "coach": message("audit_role.coach", "coach")(),
    "coachee": message("audit_role.coachee", "coachee")(),
    "auditor": message("audit_role.auditor", "auditor")(),
    "nobody": message("audit_role.nobody", "nobody")(),
    "system": message("audit_role.system", "system")(),
}
"""The roles of those who act."""

OBJECTS: Mapping[str, Fact] = {
    "audit": message("audit_object.audit", "audit trail")(),
    "credential": message("audit_object.credential", "credential")(),
    "cycle": message("audit_object.cycle", "cycle")(),
    "database": message("audit_object.database", "database")(),
    "key": message("audit_object.key", "key")(),
    "mail": message("audit_object.mail", "mail")(),
    "message": message("audit_object.message", "message")(),
    "passkey": message("audit_object.passkey", "passkey")(),
    "person": message("audit_object.person", "person")(),
    "plan": message("audit_object.plan", "plan")(),
    "question": message("audit_object.question", "question")(),
    "reminders": message("audit_object.reminders", "reminders")(),
    "retention": message("audit_object.retention", "retention")(),
    "run": message("audit_object.run", "run")(),
    "session": message("audit_object.session", "session")(),
    "user": message("audit_object.user", "user")(),
}
"""The kinds of objects that are acted on."""

DETAILS: Mapping[str, Fact] = {
    "added": message("audit_detail.added", "added")(),
    "bytes": message("audit_detail.bytes", "bytes")(),
    "cancels": message("audit_detail.cancels", "cancels")(),
    "ceremonies": message("audit_detail.ceremonies", "ceremonies")(),
    "changed": message("audit_detail.changed", "changed")(),
    "codes": message("audit_detail.codes", "codes")(),
    "credentials": message("audit_detail.credentials", "credentials")(),
    "failed": message("audit_detail.failed", "failed")(),
    "failures": message("audit_detail.failures", "failures")(),
    "how": message("audit_detail.how", "how")(),
    "kind": message("audit_detail.kind", "kind")(),
    "left": message("audit_detail.left", "left")(),
    "mails": message("audit_detail.mails", "mails")(),
    "messages": message("audit_detail.messages", "messages")(),
    "notes": message("audit_detail.notes", "notes")(),
    "people": message("audit_detail.people", "people")(),
    "purpose": message("audit_detail.purpose", "purpose")(),
    "question": message("audit_detail.question", "question")(),
    "questions": message("audit_detail.questions", "questions")(),
    "replaced": message("audit_detail.replaced", "rows replaced")(),
    "requests": message("audit_detail.requests", "requests")(),
    "role": message("audit_detail.role", "role")(),
    "rows": message("audit_detail.rows", "rows")(),
    "runs": message("audit_detail.runs", "runs")(),
    "secrets": message("audit_detail.secrets", "secrets")(),
    "stored": message("audit_detail.stored", "stored")(),
    "tries": message("audit_detail.tries", "tries")(),
    "version": message("audit_detail.version", "version")(),
    "wrapped_anew": message("audit_detail.wrapped_anew", "wrapped anew")(),
}
"""The names of details."""

VALUES: Mapping[str, Fact] = {
    "address": message("audit_value.address", "address")(),
    "advise": message("audit_value.advise", "advise")(),
    "auditor": message("audit_value.auditor", "auditor")(),
    "code": message("audit_value.code", "code")(),
    "explain": message("audit_value.explain", "explain")(),
    "mail": message("audit_value.mail", "mail")(),
    "manager": message("audit_value.manager", "manager")(),
    "notes": message("audit_value.notes", "notes")(),
    "passkey": message("audit_value.passkey", "passkey")(),
    "password": message("audit_value.password", "password")(),
    "plan": message("audit_value.plan", "plan")(),
    "provider": message("audit_value.provider", "provider")(),
    "provider and code": message("audit_value.provider_and_code", "provider and code")(),
    "replace": message("audit_value.replace", "replace")(),
    "replacement": message("audit_value.replacement", "replacement")(),
    "subject": message("audit_value.subject", "subject")(),
    "what-if": message("audit_value.what_if", "what-if")(),
}
"""The values of details that are words."""


def label(labels: Mapping[str, Fact], stored: str) -> Displayed:
    """Return the label of a stored name; a name from another version is its own label."""
    return labels.get(stored, stored)
