"""Messages printed by the `gender-coach cycle` commands."""

from __future__ import annotations

from coach.texts.facts import DATE, FACT, NUMBER, TEXT, message, plural_message

ENCODING = message(
    "cycle_import.encoding",
    '{file}: if "{word}" looks right, add --encoding {encoding}',
    file=TEXT,
    encoding=TEXT,
    word=TEXT,
)
HEADER = message(
    "cycle_import.header", "{file}: the column {header} was not recognised", file=TEXT, header=TEXT
)
QUESTIONS = message(
    "cycle_import.questions",
    "nothing was imported; use --encoding, or go to the cycle's page and say what the "
    "unrecognised columns contain. Your answers will be remembered",
)
USE = message("cycle_import.use", "Use these lists?")
USED = message(
    "cycle_import.used", "The lists are now in use. You can undo this until the next run."
)
NOT_USED = message("cycle_import.not_used", "Nothing has changed.")

CYCLE = message(
    "cycle_command.cycle",
    "{id}  {name}, {first} to {last}, {coachees}, {coaches}",
    id=TEXT,
    name=TEXT,
    first=DATE,
    last=DATE,
    coachees=FACT,
    coaches=FACT,
)
OPEN_RUN = message("cycle_command.open_run", "run {id}: not finished", id=TEXT)
DRAFT = message("cycle_command.draft", "plan {id}: draft", id=TEXT)
PUBLISHED_PLAN = message("cycle_command.published_plan", "plan {id}: published", id=TEXT)
POLICY_REPLACED = message(
    "cycle_command.policy_replaced",
    "The policy was replaced. Existing plans keep the policy they were made with.",
)
QUEUED = message(
    "cycle_command.queued", "Run {id} is queued. A server or a worker will process it.", id=TEXT
)
PLANNED = message(
    "cycle_command.planned",
    "Plan {id}: {placed} placed, {unplaced} without a coach",
    id=TEXT,
    placed=NUMBER,
    unplaced=NUMBER,
)
RUN_CANCELLED = message("cycle_command.run_cancelled", "run {id} was cancelled", id=TEXT)
DRAFTS = plural_message(
    "cycle_command.drafts",
    "there is {count} draft plan; specify it with --plan",
    "there are {count} draft plans; specify the one to publish with --plan",
    count=NUMBER,
)
NO_DRAFT = message("cycle_command.no_draft", "there is no draft plan to publish; start a run first")
PUBLISHED = message(
    "cycle_command.published",
    "Published. Invitations waiting to be sent: {requests}; cancellations: {cancels}.",
    requests=NUMBER,
    cancels=NUMBER,
)
RELEASED = plural_message(
    "cycle_command.released",
    "{count} email is being sent.",
    "{count} emails are being sent.",
    count=NUMBER,
)
SESSION = message(
    "cycle_command.session",
    "{when}  {session}: {coachee} ({coachee_reply}), {coach} ({coach_reply})",
    when=FACT,
    session=FACT,
    coachee=TEXT,
    coachee_reply=FACT,
    coach=TEXT,
    coach_reply=FACT,
)
CANCELLED_SESSION = message("cycle_command.cancelled_session", "{session}: cancelled", session=FACT)
PROGRESS = message(
    "cycle_command.progress",
    "{elapsed}  {phase}: {message}",
    elapsed=TEXT,
    phase=FACT,
    message=FACT,
)
