"""Messages about open calls and applications."""

from __future__ import annotations

from collections.abc import Mapping

from coach.people import Service
from coach.texts.facts import NUMBER, Message, message

NO_MAIL = message(
    "enrolment.no_mail",
    "this server sends no email, so it cannot confirm the addresses of people who apply",
)
NO_MAIL_FOR_REQUESTS = message(
    "enrolment.no_mail_for_requests",
    "this server sends no email, so nobody can be asked for their details",
)
CLOSES_IN_THE_PAST = message(
    "enrolment.closes_in_the_past",
    "the last day of a call cannot be in the past or after the cycle's last day",
)
NO_CALL = message(
    "enrolment.no_call",
    "this call has ended, or the link is incomplete; ask the person who gave you the link",
)
WRONG_CODE = message(
    "enrolment.wrong_code",
    "the code does not match our last email, is older than ten minutes, or was entered incorrectly "
    "too many times; request a new one",
)
TOO_MANY_CODES = message(
    "enrolment.too_many_codes",
    "several codes have been sent to this address; use the newest one, or wait at least ten "
    "minutes, then try again",
)
CALL_BUSY = message(
    "enrolment.call_busy",
    "too many codes have been requested for this call today; please try again tomorrow",
)
CONFIRM_AGAIN = message(
    "enrolment.confirm_again",
    "your address was not confirmed, or was confirmed too long ago; start again by entering "
    "your address",
)
OTHER_SIDE = message(
    "enrolment.other_side", "this call is not for this role; choose the other role"
)
FULL = message(
    "enrolment.full",
    "{limit} applications are already waiting for a decision; please try again later",
    limit=NUMBER,
)
ALREADY_THERE = message(
    "enrolment.already_there",
    "somebody with this name and address is already in this list; reject the application instead",
)

NO_SERVICE = message("enrolment.no_service", "none of these")
SERVICES: Mapping[Service, Message] = {
    Service.LAND: message("enrolment.service_land", "land forces"),
    Service.AIR: message("enrolment.service_air", "air force"),
    Service.NAVY: message("enrolment.service_navy", "navy"),
    Service.MOD: message("enrolment.service_mod", "Ministry of Defence"),
    Service.EXTERNAL: message("enrolment.service_external", "other organisation"),
}
COLUMNS: Mapping[str, Message] = {
    "country": message("enrolment.country", "Country/territory"),
    "timezone": message("enrolment.timezone", "Time zone"),
    "role": message("enrolment.role", "Role"),
    "capacity": message("enrolment.capacity", "Places"),
    "languages": message("enrolment.languages", "Languages"),
    "availability": message("enrolment.availability", "Free every week"),
    "unavailable": message("enrolment.unavailable", "Days off"),
    "rank": message("enrolment.rank", "Rank"),
    "service": message("enrolment.service", "Service"),
    "unit": message("enrolment.unit", "Unit"),
    "topics": message("enrolment.topics", "Topics"),
}

CHOSEN_TITLE = message("enrolment.chosen_title", "Links sent")
CHOSEN_ASKED = message("enrolment.chosen_asked", "an email with the link is being sent")
CHOSEN_LEFT = message("enrolment.chosen_left", "not sent: this person has left the cycle")
CHOSEN_WITHOUT_ADDRESS = message(
    "enrolment.chosen_without_address", "not sent: there is no email address"
)
CHOSEN_ASKED_TODAY = message(
    "enrolment.chosen_asked_today", "not sent: this person was asked within the last 24 hours"
)
