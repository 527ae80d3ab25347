"""Messages about secret links, one-time codes, PINs, passkeys and changes of email address."""

from __future__ import annotations

from coach.texts.facts import NUMBER, TEXT, message

# i18n: `person` is the identifier of a coach or coachee in the lists, such as C-01.
HAS_LEFT = message(
    "personal_links.has_left", "{person} has left the cycle and cannot receive a link", person=TEXT
)
NO_LINK = message("personal_links.no_link", "this person has no working link; create one first")
NO_MAIL = message(
    "personal_links.no_mail",
    "this server cannot send codes by email; please contact the programme office",
)
NO_ADDRESS = message(
    "personal_links.no_address",
    "we have no email address to send you a code; please contact the programme office",
)
TOO_MANY_CODES = message(
    "personal_links.too_many_codes",
    "you have already requested several codes; wait at least ten minutes, then try again",
)
NO_SUCH_DEVICE = message(
    "personal_links.no_such_device", "this device is not one of yours; reload the page"
)
NOTHING_TO_VERIFY = message(
    "personal_links.nothing_to_verify",
    "your link already shows everything, because this server cannot send you codes and you have"
    " neither a PIN nor a passkey",
)
NO_PIN = message("personal_links.no_pin", "there is neither a PIN nor a passkey to remove")
PIN_NOT_DIGITS = message(
    "personal_links.pin_not_digits",
    "a PIN consists of {least} to {most} digits, without spaces",
    least=NUMBER,
    most=NUMBER,
)
PIN_TOO_EASY = message(
    "personal_links.pin_too_easy",
    "this PIN is too easy to guess; avoid repeated digits and sequences such as 123456",
)
TOO_MANY_PASSKEYS = message(
    "personal_links.too_many_passkeys",
    "you already have {limit} passkeys, which is the maximum; remove one first",
    limit=NUMBER,
)
PASSKEY_REJECTED = message(
    "personal_links.passkey_rejected",
    "the passkey did not work, or more than ten minutes have passed; please try again",
)
PASSKEY_KNOWN = message("personal_links.passkey_known", "this passkey is already registered")
NO_PASSKEY = message("personal_links.no_passkey", "you have no passkey")
NO_SUCH_PASSKEY = message(
    "personal_links.no_such_passkey", "this passkey is not one of yours; reload the page"
)
PASSKEY_REQUIRED = message(
    "personal_links.passkey_required",
    "you have a passkey, so a code from an email is not enough; use the passkey, or ask the "
    "programme office to remove it",
)
VERIFY_AGAIN = message(
    "personal_links.verify_again",
    "confirm your identity again with your PIN or passkey; this is required unless you did so "
    "within the last ten minutes",
)
WRONG_PIN = message("personal_links.wrong_pin", "this is not your PIN; please try again")
PIN_LOCKED = message(
    "personal_links.pin_locked",
    "your PIN has been entered incorrectly too many times; wait at least 15 minutes, "
    "then try again, or ask the programme office to remove it",
)
WRONG_CODE = message(
    "personal_links.wrong_code",
    "the code does not match our last email to you, is older than ten minutes, or was entered "
    "incorrectly too many times; request a new one",
)
