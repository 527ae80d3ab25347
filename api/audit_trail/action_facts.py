"""Labels of the actions that the audit trail records."""

from __future__ import annotations

from collections.abc import Mapping

from api.audit_trail.coaching_action_facts import COACHING_ACTIONS
from coach.texts.facts import Fact, message

ACTIONS: Mapping[str, Fact] = {
    **COACHING_ACTIONS,
    "PIN removed": message("audit_action.pin_removed", "PIN removed")(),
    "PIN reset": message("audit_action.pin_reset", "PIN reset")(),
    "PIN set": message("audit_action.pin_set", "PIN set")(),
    "PIN wrong": message("audit_action.pin_wrong", "wrong PIN entered")(),
    "calendar objects attached": message(
        "audit_action.calendar_objects_attached", "calendar attachments sent to a person again"
    )(),
    "calendar objects left out": message(
        "audit_action.calendar_objects_left_out", "calendar attachments left out for a person"
    )(),
    "address changed": message("audit_action.address_changed", "address changed")(),
    "altered notes noticed": message(
        "audit_action.altered_notes_noticed", "altered notes detected"
    )(),
    "answer opened": message("audit_action.answer_opened", "answer viewed")(),
    "attendance clarified": message(
        "audit_action.attendance_clarified", "session attendance clarified"
    )(),
    "audit head stored": message("audit_action.audit_head_stored", "audit head stored")(),
    "ban ended": message("audit_action.ban_ended", "ban ended")(),
    "pair banned": message("audit_action.pair_banned", "pair banned")(),
    "pair decisions opened": message(
        "audit_action.pair_decisions_opened", "pins, bans and waivers viewed"
    )(),
    "pair pinned": message("audit_action.pair_pinned", "pair pinned")(),
    "pin ended": message("audit_action.pin_ended", "pin ended")(),
    "rule waived": message("audit_action.rule_waived", "rule waived for a pair")(),
    "group event accepted": message("audit_action.group_event_accepted", "group event accepted")(),
    "group event attendance recorded": message(
        "audit_action.group_event_attendance_recorded", "attendance at a group event recorded"
    )(),
    "group event cancelled": message(
        "audit_action.group_event_cancelled", "group event cancelled"
    )(),
    "group event changed": message("audit_action.group_event_changed", "group event changed")(),
    "group event created": message("audit_action.group_event_created", "group event created")(),
    "group event declined": message("audit_action.group_event_declined", "group event declined")(),
    "group events opened": message("audit_action.group_events_opened", "group events viewed")(),
    "list edited": message("audit_action.list_edited", "list edited")(),
    "person edited": message("audit_action.person_edited", "person's data edited")(),
    "person opened": message("audit_action.person_opened", "person's data viewed")(),
    "waiver ended": message("audit_action.waiver_ended", "waiver ended")(),
    "backup key rotated": message("audit_action.backup_key_rotated", "backup key replaced")(),
    "coach list taken in": message("audit_action.coach_list_taken_in", "coach list uploaded")(),
    "coachee list taken in": message(
        "audit_action.coachee_list_taken_in", "coachee list uploaded"
    )(),
    "application approved": message("audit_action.application_approved", "application approved")(),
    "application received": message("audit_action.application_received", "application received")(),
    "application refused": message("audit_action.application_refused", "application rejected")(),
    "applications opened": message("audit_action.applications_opened", "applications viewed")(),
    "call closed": message("audit_action.call_closed", "open call closed")(),
    "call opened": message("audit_action.call_opened", "open call published")(),
    "code sent": message("audit_action.code_sent", "code sent")(),
    "code wrong": message("audit_action.code_wrong", "wrong code entered")(),
    "confirmation failed": message(
        "audit_action.confirmation_failed", "identity confirmation failed"
    )(),
    "credential revoked": message("audit_action.credential_revoked", "credential revoked")(),
    "cycle begun": message("audit_action.cycle_begun", "cycle created")(),
    "cycle erased": message("audit_action.cycle_erased", "cycle's personal data erased")(),
    "database copied": message("audit_action.database_copied", "database backed up")(),
    "database restored": message("audit_action.database_restored", "database restored")(),
    "device ended": message("audit_action.device_ended", "device access ended")(),
    "device verified": message("audit_action.device_verified", "device verified")(),
    "devices of notes ended": message(
        "audit_action.devices_of_notes_ended", "notes locked on devices"
    )(),
    "digest sent": message("audit_action.digest_sent", "daily digest sent")(),
    "directory opened": message("audit_action.directory_opened", "directory viewed")(),
    "ended secrets deleted": message(
        "audit_action.ended_secrets_deleted", "expired secrets deleted"
    )(),
    "details requested": message("audit_action.details_requested", "details requested")(),
    "erasure announced": message("audit_action.erasure_announced", "erasure announced")(),
    "erasure held": message("audit_action.erasure_held", "erasure put on hold")(),
    "erasure released": message("audit_action.erasure_released", "erasure hold ended")(),
    "aide link ended": message("audit_action.aide_link_ended", "aide's link ended")(),
    "aide link made": message("audit_action.aide_link_made", "aide's link created")(),
    "feed created": message("audit_action.feed_created", "calendar feed created")(),
    "feed ended": message("audit_action.feed_ended", "calendar feed ended")(),
    "feedback given": message("audit_action.feedback_given", "feedback given")(),
    "feedback opened": message("audit_action.feedback_opened", "feedback viewed")(),
    "free times opened": message("audit_action.free_times_opened", "free times viewed")(),
    "incoming mail ignored": message(
        "audit_action.incoming_mail_ignored", "incoming email ignored"
    )(),
    "incoming mail used": message(
        "audit_action.incoming_mail_used", "reply from an incoming email entered"
    )(),
    "incoming mails opened": message(
        "audit_action.incoming_mails_opened", "incoming emails viewed"
    )(),
    "link made": message("audit_action.link_made", "link created")(),
    "lists undone": message("audit_action.lists_undone", "list upload undone")(),
    "mail not delivered": message("audit_action.mail_not_delivered", "email not delivered")(),
    "mail sent otherwise": message(
        "audit_action.mail_sent_otherwise", "email marked as sent another way"
    )(),
    "mails tried again": message("audit_action.mails_tried_again", "failed emails retried")(),
    "master key rotated": message("audit_action.master_key_rotated", "master key rotated")(),
    "message exported": message("audit_action.message_exported", "message downloaded")(),
    "messages exported": message("audit_action.messages_exported", "messages downloaded")(),
    "messages opened": message("audit_action.messages_opened", "messages viewed")(),
    "messages released": message("audit_action.messages_released", "messages released")(),
    "messages sent": message("audit_action.messages_sent", "messages marked as sent")(),
    "new notebook begun on a device": message(
        "audit_action.new_notebook_begun_on_a_device", "new notebook started on a device"
    )(),
    "note passphrase chosen": message(
        "audit_action.note_passphrase_chosen", "note passphrase chosen"
    )(),
    "note passphrase wrong": message(
        "audit_action.note_passphrase_wrong", "wrong note passphrase entered"
    )(),
    "note recovery code made": message(
        "audit_action.note_recovery_code_made", "note recovery code created"
    )(),
    "note recovery code used": message(
        "audit_action.note_recovery_code_used", "note recovery code used"
    )(),
    "request answered": message("audit_action.request_answered", "coach's request answered")(),
    "note written": message("audit_action.note_written", "private note written")(),
    "notebook confirmed": message("audit_action.notebook_confirmed", "notebook confirmed")(),
    "notebooks joined": message("audit_action.notebooks_joined", "notebooks combined")(),
    "notes accepted as they are": message(
        "audit_action.notes_accepted_as_they_are", "altered notes accepted"
    )(),
    "notes begun on a device": message(
        "audit_action.notes_begun_on_a_device", "first notebook started on a device"
    )(),
    "notes encrypted anew": message("audit_action.notes_encrypted_anew", "notes re-encrypted")(),
    "notes opened on a device": message(
        "audit_action.notes_opened_on_a_device", "notes unlocked on a device"
    )(),
    "other browsers signed out": message(
        "audit_action.other_browsers_signed_out", "other browsers signed out"
    )(),
    "own details changed": message("audit_action.own_details_changed", "own details changed")(),
    "passkey added": message("audit_action.passkey_added", "passkey added")(),
    "passkey refused": message("audit_action.passkey_refused", "passkey refused")(),
    "passkey removed": message("audit_action.passkey_removed", "passkey removed")(),
    "passkey renamed": message("audit_action.passkey_renamed", "passkey renamed")(),
    "password and second factor set": message(
        "audit_action.password_and_second_factor_set", "password and second factor set"
    )(),
    "people joined": message("audit_action.people_joined", "two people merged")(),
    "people kept apart": message(
        "audit_action.people_kept_apart", "two people marked as different"
    )(),
    "people opened": message("audit_action.people_opened", "people viewed")(),
    "people separated": message("audit_action.people_separated", "person's roles separated")(),
    "person erased": message("audit_action.person_erased", "person's data erased")(),
    "person exported": message("audit_action.person_exported", "person's data exported")(),
    "person left": message("audit_action.person_left", "person left the cycle")(),
    "plan exported": message("audit_action.plan_exported", "plan downloaded")(),
    "plan labelled": message("audit_action.plan_labelled", "plan name or comment changed")(),
    "plan opened": message("audit_action.plan_opened", "plan viewed")(),
    "plan published": message("audit_action.plan_published", "plan published")(),
    "policy replaced": message("audit_action.policy_replaced", "policy replaced")(),
    "proposal confirmed": message(
        "audit_action.proposal_confirmed", "proposed new time confirmed"
    )(),
    "proposal expired": message("audit_action.proposal_expired", "proposed new time expired")(),
    "proposal refused": message("audit_action.proposal_refused", "proposed new time declined")(),
    "proposal withdrawn": message(
        "audit_action.proposal_withdrawn", "proposed new time withdrawn"
    )(),
    "publicity agreed to": message(
        "audit_action.publicity_agreed_to", "consent to publicity given"
    )(),
    "publicity taken back": message(
        "audit_action.publicity_taken_back", "consent to publicity withdrawn"
    )(),
    "question asked": message("audit_action.question_asked", "question submitted")(),
    "question cancel asked for": message(
        "audit_action.question_cancel_asked_for", "question cancellation requested"
    )(),
    "question cancelled": message("audit_action.question_cancelled", "question cancelled")(),
    "question failed": message("audit_action.question_failed", "question failed")(),
    "question finished": message("audit_action.question_finished", "question finished")(),
    "record opened": message("audit_action.record_opened", "session note viewed")(),
    "record submitted": message("audit_action.record_submitted", "session note submitted")(),
    "recovery code used": message("audit_action.recovery_code_used", "recovery code used")(),
    "recovery codes made": message("audit_action.recovery_codes_made", "recovery codes created")(),
    "reminders switched off": message(
        "audit_action.reminders_switched_off", "reminders turned off"
    )(),
    "reminders switched on": message("audit_action.reminders_switched_on", "reminders turned on")(),
    "reply reminded": message("audit_action.reply_reminded", "reminder to reply sent")(),
    "reminders written": message("audit_action.reminders_written", "reminders created")(),
    "rows sealed": message("audit_action.rows_sealed", "rows sealed")(),
    "run asked for": message("audit_action.run_asked_for", "run requested")(),
    "run cancel asked for": message(
        "audit_action.run_cancel_asked_for", "run cancellation requested"
    )(),
    "run cancelled": message("audit_action.run_cancelled", "run cancelled")(),
    "run failed": message("audit_action.run_failed", "run failed")(),
    "run finished": message("audit_action.run_finished", "run finished")(),
    "second factor reset": message("audit_action.second_factor_reset", "second factor reset")(),
    "session accepted": message("audit_action.session_accepted", "session accepted")(),
    "session cancelled": message("audit_action.session_cancelled", "session cancelled")(),
    "session changed": message("audit_action.session_changed", "session changed")(),
    "session declined": message("audit_action.session_declined", "session declined")(),
    "session opened": message("audit_action.session_opened", "session viewed")(),
    "sign-in address made": message("audit_action.sign_in_address_made", "sign-in link created")(),
    "sign-in failed": message("audit_action.sign_in_failed", "sign-in failed")(),
    "mail sent again": message("audit_action.mail_sent_again", "email sent again")(),
    "test mail sent": message("audit_action.test_mail_sent", "test email sent")(),
    "terms accepted": message("audit_action.terms_accepted", "terms accepted")(),
    "time outside rules allowed": message(
        "audit_action.time_outside_rules_allowed", "session time allowed outside the rules"
    )(),
    "time proposed": message("audit_action.time_proposed", "new time proposed")(),
    "timetable opened": message("audit_action.timetable_opened", "timetable viewed")(),
    "token made": message("audit_action.token_made", "token created")(),
    "tokens revoked": message("audit_action.tokens_revoked", "tokens revoked")(),
    "user access changed": message("audit_action.user_access_changed", "user's access changed")(),
    "user added": message("audit_action.user_added", "user added")(),
    "user confirmed": message("audit_action.user_confirmed", "user confirmed their identity")(),
    "user disabled": message("audit_action.user_disabled", "user disabled")(),
    "user linked": message("audit_action.user_linked", "user linked")(),
    "user signed in": message("audit_action.user_signed_in", "user signed in")(),
    "user signed out everywhere": message(
        "audit_action.user_signed_out_everywhere", "user signed out everywhere"
    )(),
    "guidance card removed": message(
        "audit_action.guidance_card_removed", "guidance card removed"
    )(),
    "guidance card stored": message("audit_action.guidance_card_stored", "guidance card stored")(),
    "webhook created": message("audit_action.webhook_created", "webhook created")(),
    "webhook removed": message("audit_action.webhook_removed", "webhook removed")(),
    "webhook resumed": message("audit_action.webhook_resumed", "webhook resumed")(),
    "webhook secret replaced": message(
        "audit_action.webhook_secret_replaced", "webhook secret replaced"
    )(),
    "webhook stopped": message("audit_action.webhook_stopped", "webhook stopped")(),
    "user unlinked": message("audit_action.user_unlinked", "user unlinked")(),
}
"""The label of each action."""
