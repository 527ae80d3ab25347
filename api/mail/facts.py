"""Messages about emails that cannot be sent, and about invalid settings of the mail server."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, PLAIN_NUMBER, TEXT, message, plural_message

PASSWORD_IN_THE_CLEAR = message(
    "mail.password_in_the_clear",
    "a password requires an encrypted connection; set security to starttls or tls",
)
PASSWORD_MISSING = message(
    "mail.password_missing", "a user name requires a password; set password or password_file"
)
# i18n: `error` is the name of an exception.
CONNECTION_LOST = message("mail.connection_lost", "the connection was lost ({error})", error=TEXT)
# i18n: GENDER_COACH_MAIL__USER is a setting.
LOGIN_REJECTED = message(
    "mail.login_rejected",
    "{host} rejected the user name or password; check GENDER_COACH_MAIL__USER and its password",
    host=TEXT,
)
# i18n: `reason` is the message of the operating system or of the mail server.
CANNOT_CONNECT = message(
    "mail.cannot_connect",
    "cannot connect to {host}:{port}: {reason}",
    host=TEXT,
    port=PLAIN_NUMBER,
    reason=TEXT,
)
# i18n: the reply of a mail server, such as "550 no such user".
SERVER_REPLY = message("mail.server_reply", "{reply}", reply=TEXT)
BOUNCED = message("mail.bounced", "a mail server could not deliver the email and returned it")
CANNOT_BE_COMPOSED = message(
    "mail.cannot_be_composed",
    "the email could not be composed because of an error in the application; look for email "
    "{id} in the server's log",
    id=TEXT,
)
GAVE_UP = plural_message(
    "mail.gave_up",
    "gave up after {count} hour: {reason}",
    "gave up after {count} hours: {reason}",
    count=NUMBER,
    reason=FACT,
)
