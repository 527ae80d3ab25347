"""Messages about reports on sessions, and about errors in records, notes and feedback."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, SHORT_DATE, TEXT, listed, message, plural_message

NOT_THE_COACH = message(
    "session_reports.not_the_coach", "only the coach of a session can write its shared record"
)
OWNER_COACHEE = message("session_reports.owner_coachee", "Coachee")
OWNER_COACH = message("session_reports.owner_coach", "Coach")
OWNER_OFFICE = message("session_reports.owner_office", "Office")
STATE_OPEN = message("session_reports.state_open", "open")
STATE_DONE = message("session_reports.state_done", "done")
STATE_DROPPED = message("session_reports.state_dropped", "dropped")
REQUEST_NONE = message("session_reports.request_none", "Nothing")
REQUEST_RESCHEDULE = message("session_reports.request_reschedule", "Another time for a session")
REQUEST_MATERIAL = message("session_reports.request_material", "Material")
REQUEST_SUPPORT = message("session_reports.request_support", "Support")
REQUEST_TALK = message("session_reports.request_talk", "A conversation")
MINUTES = plural_message(
    "session_reports.minutes", "{count} minute", "{count} minutes", count=NUMBER
)
# i18n: a module of the curriculum: its code and title.
MODULE = message("session_reports.module", "{code}: {title}", code=TEXT, title=FACT)
DUE = message("session_reports.due", "by {day}", day=SHORT_DATE)
# i18n: who does what was agreed, by when, and its state: Coachee, by Wed 20 Jan 2027, open.
ACTION_DETAILS = message("session_reports.action_details", "{parts}", parts=listed(FACT))
ACTION_TOO_LONG = plural_message(
    "session_reports.action_too_long",
    "enter at most {count} character",
    "enter at most {count} characters",
    count=NUMBER,
)
HELD_IN_THE_FUTURE = message(
    "session_reports.held_in_the_future",
    "enter the date on which you met; an upcoming session can be recorded as cancelled, but not "
    "as held",
)
NO_RECORD = message(
    "session_reports.no_record", "no shared record of this session has been submitted yet"
)

NOT_THE_COACHEE = message(
    "session_reports.not_the_coachee", "only the coachee of a session can give feedback on it"
)
FEEDBACK_TOO_EARLY = message(
    "session_reports.feedback_too_early",
    "you can give feedback from {when}, or as soon as the coach has recorded that the session was "
    "held earlier",
    when=FACT,
)
NO_FEEDBACK = message(
    "session_reports.no_feedback", "there is no feedback on this session that you can read"
)

ONLY_COACHES_WRITE_NOTES = message(
    "session_reports.only_coaches_write_notes", "only coaches can write notes"
)
NO_NOTE = message("session_reports.no_note", "you have not written a note on this session")
NO_NOTEBOOK = message(
    "session_reports.no_notebook",
    "you have no notebook yet; start one first, then try again",
)
NOTEBOOK_UNCONFIRMED = message(
    "session_reports.notebook_unconfirmed",
    "your notebook is not ready yet; enter its recovery code or choose a passphrase first",
)
NOTES_LEGACY = message(
    "session_reports.notes_legacy",
    "you must unlock your notes once more, because they are now encrypted with your own "
    "secrets; enter your passphrase or recovery code on your notes page",
)
NOTES_ALTERED = message(
    "session_reports.notes_altered",
    "your notes were changed outside this application (a note was added, removed or replaced "
    "by an older version). No notes will be shown until you go to your notes page and decide "
    "what to do",
)
LEGACY_NOTEBOOK_ALTERED = message(
    "session_reports.legacy_notebook_altered",
    "your notes were replaced outside this application with an older version from before they "
    "were encrypted with your own secrets, and cannot be used; ask the server's administrator "
    "to restore a backup, or start a new notebook",
)
NOTEBOOK_OLDER = message(
    "session_reports.notebook_older",
    "your notes are older than those that this device has seen, and the server has not been "
    "restored from a backup since. No notes will be shown until you go to your notes page "
    "and decide what to do",
)
NOTE_UNREADABLE = message(
    "session_reports.note_unreadable",
    "your note on this session was changed outside this application and cannot be decrypted; if"
    " you write a new note, it will replace this one",
)
OPENER_ALTERED = message(
    "session_reports.opener_altered",
    "the key to your notes on this device was changed outside this application; unlock your "
    "notes with your passphrase or recovery code",
)
WRONG_RECOVERY_CODE = message(
    "session_reports.wrong_recovery_code",
    "that is not the recovery code; compare it with what you have written down, or create a new "
    "one",
)
NOTEBOOK_EXISTS = message(
    "session_reports.notebook_exists",
    "you already have a notebook; unlock it with your passphrase or recovery code",
)
NO_SUCH_DEVICE = message(
    "session_reports.no_such_device",
    "your notes are not unlocked on a device with the ID {id}",
    id=TEXT,
)
NOTES_LOCKED = message(
    "session_reports.notes_closed",
    "your notes are locked on this device; unlock them with your passphrase or recovery code, "
    "or start a new notebook",
)
NOTE_IN_OTHER_NOTEBOOK = message(
    "session_reports.note_in_other_notebook",
    "your note on this session is in another of your notebooks, which is locked on this device; "
    "unlock that notebook, or write another note in this one",
)
# i18n: `reason` is a clause: your notes are locked on this device.
NOTHING_SAVED = message(
    "session_reports.nothing_saved", "Nothing was saved, because {reason}.", reason=FACT
)
NO_NEW_NOTEBOOK = message(
    "session_reports.no_new_notebook",
    "you cannot start another notebook, because your notes are unlocked on this device or you "
    "have no notebook yet",
)
TOO_MANY_NOTEBOOKS = plural_message(
    "session_reports.too_many_notebooks",
    "you already have {count} notebook, which is the maximum; unlock it",
    "you already have {count} notebooks, which is the maximum; unlock one of them",
    count=NUMBER,
)
WRONG_PASSPHRASE = message(
    "session_reports.wrong_passphrase",
    "that is not your passphrase or recovery code, or there have been too many attempts; if so, "
    "wait 15 minutes and try again",
)
