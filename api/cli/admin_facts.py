"""Messages printed by the commands that administer a deployment."""

from __future__ import annotations

from coach.texts.facts import (
    FACT,
    NUMBER,
    PLAIN_NUMBER,
    TEXT,
    listed,
    message,
    plural_message,
)

# audit
ROW_BROKEN = message(
    "audit.row_broken",
    "row {row} of {rows} does not match its seal, so this row or an earlier one was altered, "
    "removed or inserted",
    row=PLAIN_NUMBER,
    rows=PLAIN_NUMBER,
)
# i18n: `rows` are tables with the ids of their rows: "users 0123456789abcdef0123".
ROWS_UNSEALED = plural_message(
    "audit.rows_unsealed",
    "{count} row was inserted or altered outside the application and is ignored: {rows}. "
    "Find out who can write to the database; see docs/security.md",
    "{count} rows were inserted or altered outside the application and are ignored: {rows}. "
    "Find out who can write to the database; see docs/security.md",
    count=PLAIN_NUMBER,
    rows=listed(TEXT),
)
HEAD_UNKNOWN = plural_message(
    "audit.head_unknown",
    "the seal of the only row matches, but that row is not the given head; either the end of "
    "the trail was removed, or this is a different database",
    "the seals of all {count} rows match, but the given head is not among them; either the "
    "end of the trail was removed, or this is a different database",
    count=PLAIN_NUMBER,
)
TRAIL_UNALTERED = plural_message(
    "audit.unaltered",
    "The only row is unaltered.",
    "All {count} rows are unaltered.",
    count=PLAIN_NUMBER,
)
COMPARED = plural_message(
    "audit.compared",
    "Compared with {count} earlier head.",
    "Compared with {count} earlier heads.",
    count=PLAIN_NUMBER,
)
ROWS_MISSING = message(
    "audit.rows_missing",
    "the seals of all {rows} rows match, but the trail used to have {before} rows; its last "
    "rows were removed",
    rows=PLAIN_NUMBER,
    before=PLAIN_NUMBER,
)
ROWS_LOST = message(
    "audit.rows_lost",
    "the database was restored to its state as of {restored_to}, so rows {first} to {last} of "
    "the trail were lost",
    restored_to=TEXT,
    first=PLAIN_NUMBER,
    last=PLAIN_NUMBER,
)
# i18n: the seal of the last row of the audit trail, which the reader keeps in a safe place.
HEAD = message("audit.head", "Head: {head}", head=TEXT)

# person, retention
PERSON_ERASED = message("person.erased", "The data of {id} has been erased.", id=TEXT)
# i18n: `gender-coach backup --keep N` is a command; translate only N.
OLDER_BACKUPS = message(
    "person.older_backups",
    "Older backups still contain the erased data, which will be erased again if you restore "
    "one of them. Make a new backup, and delete older ones with `gender-coach backup --keep "
    "N`.",
)
BACKED_UP_AFTER_ERASURE = plural_message(
    "person.backed_up",
    "A new backup without the erased data was saved as {file}. {count} older backup was deleted.",
    "A new backup without the erased data was saved as {file}. {count} older backups were deleted.",
    count=PLAIN_NUMBER,
    file=TEXT,
)
ERASURE_DISABLED = message(
    "retention.disabled", "Erasure is disabled, because {setting} is 0.", setting=TEXT
)
NONE_DUE = message("retention.none_due", "No cycle is past its retention period.")
STALE_SECRETS = message(
    "retention.stale_secrets", "Expired secrets to delete: {counts}.", counts=listed(FACT)
)
SECRETS_DELETED = message(
    "retention.secrets_deleted", "Expired secrets deleted: {counts}.", counts=listed(FACT)
)
RUN_IN_PROGRESS = message(
    "retention.run_in_progress", "{cycle}: a run is still in progress; try again later.", cycle=TEXT
)
QUESTION_IN_PROGRESS = message(
    "retention.question_in_progress",
    "{cycle}: a question is still in progress; try again later.",
    cycle=TEXT,
)
WOULD_ERASE = message(
    "retention.would_erase", "{cycle}: would erase {counts}.", cycle=TEXT, counts=listed(FACT)
)
SKIPPED = message(
    "retention.skipped",
    "{cycle}: skipped, because it has changed in the meantime.",
    cycle=TEXT,
)
ERASED = message("retention.erased", "{cycle}: erased {counts}.", cycle=TEXT, counts=listed(FACT))
COUNTS = {
    "people": plural_message(
        "retention.people", "{count} person", "{count} people", count=PLAIN_NUMBER
    ),
    "notes": plural_message("retention.notes", "{count} note", "{count} notes", count=PLAIN_NUMBER),
    "runs": plural_message("retention.runs", "{count} run", "{count} runs", count=PLAIN_NUMBER),
    "questions": plural_message(
        "retention.questions", "{count} question", "{count} questions", count=PLAIN_NUMBER
    ),
    "messages": plural_message(
        "retention.messages", "{count} message", "{count} messages", count=PLAIN_NUMBER
    ),
    "mails": plural_message(
        "retention.mails", "{count} email", "{count} emails", count=PLAIN_NUMBER
    ),
    "secrets": plural_message(
        "retention.secrets", "{count} secret", "{count} secrets", count=PLAIN_NUMBER
    ),
    "credentials": plural_message(
        "retention.credentials", "{count} credential", "{count} credentials", count=PLAIN_NUMBER
    ),
    "codes": plural_message("retention.codes", "{count} code", "{count} codes", count=PLAIN_NUMBER),
    "devices": plural_message(
        "retention.devices", "{count} device", "{count} devices", count=PLAIN_NUMBER
    ),
    "ceremonies": plural_message(
        "retention.ceremonies", "{count} sign-in flow", "{count} sign-in flows", count=PLAIN_NUMBER
    ),
    "failed_sign_ins": plural_message(
        "retention.failed_sign_ins",
        "{count} record of failed sign-in attempts",
        "{count} records of failed sign-in attempts",
        count=PLAIN_NUMBER,
    ),
    "address_codes": plural_message(
        "retention.address_codes",
        "{count} address confirmation code",
        "{count} address confirmation codes",
        count=PLAIN_NUMBER,
    ),
    "applications": plural_message(
        "retention.applications",
        "{count} application",
        "{count} applications",
        count=PLAIN_NUMBER,
    ),
    "searches": plural_message(
        "retention.searches",
        "{count} search",
        "{count} searches",
        count=PLAIN_NUMBER,
    ),
    "previews": plural_message(
        "retention.previews",
        "{count} unused list upload",
        "{count} unused list uploads",
        count=PLAIN_NUMBER,
    ),
}
"""Messages that state how many rows of each kind a retention sweep affects."""

# user
NAME_REQUIRED = message("user.name_required", "{action} requires a name", action=TEXT)
LINK_NEEDS_ID = message(
    "user.link_needs_id",
    "pass the user's ID at the identity provider with --oidc, or their email address with --mail",
)
NO_PROVIDER = message(
    "user.no_provider", "set {setting} first; see {guide}", setting=TEXT, guide=TEXT
)
ID_OR_MAIL = message("user.id_or_mail", "specify either --oidc or --mail, but not both")
MAIL_NOT_ALLOWED = message(
    "user.mail_not_allowed", "--mail requires the setting {setting}", setting=TEXT
)
LINKED = message("user.linked", "{name} can now sign in with that account.", name=TEXT)
UNLINKED = message(
    "user.unlinked",
    "{name} can no longer sign in with an account at the identity provider.",
    name=TEXT,
)
SIGNED_OUT = message(
    "user.signed_out",
    "{name} has been signed out of every browser, and "
    "their tokens and calendar address no longer work.",
    name=TEXT,
)
DISABLED = message(
    "user.disabled", "{name} has been disabled and can no longer sign in.", name=TEXT
)
SIGN_IN_LINK = plural_message(
    "user.sign_in_link",
    "Sign-in link for {name} (single use, valid for {count} minute):",
    "Sign-in link for {name} (single use, valid for {count} minutes):",
    count=PLAIN_NUMBER,
    name=TEXT,
)
ADMINISTRATOR = message("user.administrator", "administrator")
MANAGER = message("user.manager", "manager")
AUDITOR = message("user.auditor", "auditor")
ACCESS_CHANGED = message(
    "user.access_changed",
    "{name} now has this role: {role}. See `gender-coach user list` for limits.",
    name=TEXT,
    role=FACT,
)
STATE_PASSWORD = message("user.state_password", "password set")
STATE_LINKED = message("user.state_linked", "linked")
STATE_NEW = message("user.state_new", "new")
STATE_DISABLED = message("user.state_disabled", "disabled")

# serve, worker, migrate
CANNOT_LISTEN = message(
    "serve.cannot_listen",
    "cannot listen on {host}, port {port}: {reason}; choose another port with --port",
    host=TEXT,
    port=PLAIN_NUMBER,
    reason=TEXT,
)
SERVING = message("serve.serving", "Serving on {address}", address=TEXT)
NO_SECOND_FACTOR_IN_DEMO = message(
    "serve.no_second_factor_in_demo",
    "This is a demonstration with the sample cycle, so users do not need a second factor. On "
    "every other server, they do.",
)
SIGN_IN_AT = message("serve.sign_in_at", "sign in at {address}", address=TEXT)
MANAGER_LINK = plural_message(
    "serve.manager_link",
    "programme manager (single use, valid for {count} minute):",
    "programme manager (single use, valid for {count} minutes):",
    count=PLAIN_NUMBER,
)
COACHEE_LINK = message("serve.coachee_link", "{name}, coachee:", name=TEXT)
COACH_LINK = message("serve.coach_link", "{name}, coach:", name=TEXT)
STOP_SERVER = message("serve.stop", "Stop with Ctrl+C. Data and keys are in {folder}", folder=TEXT)
RUNNING_JOBS = message("worker.running", "Running jobs as {name}. Stop with Ctrl+C.", name=TEXT)
SCHEMA_MIGRATED = message(
    "migrate.done", "The database schema was {before} and is now {after}.", before=FACT, after=TEXT
)
SCHEMA_EMPTY = message("migrate.empty", "empty")
NO_PLAN = message(
    "sample.no_plan", "the first cycle has no published plan; choose another folder with --data"
)
NOT_SOLVED = message(
    "sample.not_solved", "the sample cycle was not solved: {failure}", failure=FACT
)

TO_OR_RECEIVED = message(
    "admin.to_or_received", "specify either --to ADDRESS or --received FILE, but not both"
)
TEST_SENT = message(
    "admin.test_sent",
    "A test invitation was sent to {address}. When it has arrived, save its source to a file and "
    "run: gender-coach mail check --received FILE",
    address=TEXT,
)
MAIL_PROBLEMS = plural_message(
    "admin.mail_problems", "{count} problem was found", "{count} problems were found", count=NUMBER
)
NOT_AN_ADDRESS = message("admin.not_an_address", "{address} is not an email address", address=TEXT)
