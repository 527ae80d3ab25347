"""Messages on the page "Service": the state of the deployment, and advice on problems."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, ONE_DECIMAL, TEXT, message, plural_message

WORKERS = message("service.workers", "Workers")
QUEUE = message("service.queue", "Queue")
BACKUP = message("service.backup", "Backup")
DISK_OF_DATA = message("service.disk_of_data", "Data folder disk")
DISK_OF_BACKUPS = message("service.disk_of_backups", "Backup disk")
AUDIT_TRAIL = message("service.audit_trail", "Audit trail")
SIGN_INS = message("service.sign_ins", "Failed sign-ins")
VERIFICATIONS = message("service.verifications", "Wrong codes and PINs")
EXPORTS = message("service.exports", "Downloads of personal data")
DEVICES = message("service.devices", "New devices")

NOTHING_TO_DO = message("service.nothing_to_do", "Nothing.")

ALIVE = plural_message(
    "service.workers_alive",
    "{count} worker is running.",
    "{count} workers are running.",
    count=NUMBER,
)
NONE_ALIVE = message(
    "service.no_worker_alive", "No worker is running, so nothing is matched and no email is sent."
)
START_WORKER = message(
    "service.start_worker",
    "Ask this server's administrator to start a worker. The jobs are stored and will wait for it.",
)
NOT_ALIVE = plural_message(
    "service.workers_not_alive",
    "{alive} {count} more is not responding: {names}.",
    "{alive} {count} more are not responding: {names}.",
    count=NUMBER,
    alive=FACT,
    names=TEXT,
)
END_SILENT = message(
    "service.end_silent",
    "Ask this server's administrator to end the processes of these workers. Other workers will "
    "then take over their jobs.",
)

QUEUE_SHORT = message(
    "service.queue_short", "No job has been waiting for more than {minutes}.", minutes=FACT
)
QUEUE_LONG = message(
    "service.queue_long", "The oldest job has been waiting for {minutes}.", minutes=FACT
)
FIND_DELAY = message(
    "service.find_delay",
    "A long run delays the runs after it. Wait until it has ended, or cancel it. If no run is "
    "in progress, ask this server's administrator to restart the workers.",
)
MINUTES = plural_message("service.minutes", "{count} minute", "{count} minutes", count=NUMBER)
HOURS = plural_message("service.hours", "{count} hour", "{count} hours", count=NUMBER)

BACKED_UP = message("service.backed_up", "The last backup was made on {when}.", when=FACT)
BACKED_UP_LONG_AGO = message(
    "service.backed_up_long_ago",
    "The last backup was made on {when}, which is more than {hours} ago.",
    when=FACT,
    hours=FACT,
)
NEVER_BACKED_UP = message("service.never_backed_up", "There is no backup of this database.")
MAKE_BACKUP = message(
    "service.make_backup",
    "Ask this server's administrator to run gender-coach backup, and to find out why the "
    "nightly backup was not made.",
)

SPACE = message(
    "service.space",
    "{free} GB of {size} GB are free.",
    free=ONE_DECIMAL,
    size=ONE_DECIMAL,
)
FREE_SPACE = message(
    "service.free_space",
    "Ask this server's administrator to free disk space. When the disk is full, nothing more "
    "can be stored.",
)

CHECKED_LONG_AGO = message(
    "service.checked_long_ago",
    "The audit trail has not been checked since {when}. A worker checks it once a day.",
    when=FACT,
)
CHECK_TRAIL = message(
    "service.check_trail",
    "Ask this server's administrator to run gender-coach audit verify.",
)
INVESTIGATE_TRAIL = message(
    "service.investigate_trail",
    "Treat this as an incident: somebody may have changed the database. Ask this server's "
    "administrator to keep a copy of the database and to run gender-coach audit verify.",
)

EVENTS = message(
    "service.events",
    "{hour} in the last hour, {day} in the last 24 hours.",
    hour=NUMBER,
    day=NUMBER,
)
# i18n: /audit is an address.
SEE_SIGN_INS = message(
    "service.see_sign_ins",
    "Check on the audit page whose account was used, and ask that person. If they did not try to "
    "sign in, somebody may be trying to guess their password: ask them to set a new one.",
)
SEE_VERIFICATIONS = message(
    "service.see_verifications",
    "Check on the audit page whose link was used, and ask that person. If they did not enter "
    "the codes or PINs, create a new link for them on the People page.",
)
SEE_EXPORTS = message(
    "service.see_exports",
    "Check on the audit page who downloaded what, and ask them why. If they did not do so "
    "themselves, disable the user, which also signs them out everywhere.",
)
SEE_DEVICES = message(
    "service.see_devices",
    "This is normal in the days after invitations are sent. At other times, check on the audit "
    "page whose devices they are, and ask some of these people whether they used them.",
)
