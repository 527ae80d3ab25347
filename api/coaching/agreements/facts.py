"""Messages about agreements and the fit question."""

from __future__ import annotations

from collections.abc import Mapping

from coach.agreements import AgreementState, ClosedAs, Contact, Delegates, Fit
from coach.sessions import SessionMode
from coach.texts.facts import LANGUAGE, Message, message

NO_PAIR = message(
    "agreements.no_pair", "you have no coaching sessions with this person, or no longer have any"
)
PAIR_ENDED = message(
    "agreements.pair_ended", "you no longer work with this person, so nothing can be changed here"
)
CHANGED_MEANWHILE = message(
    "agreements.changed_meanwhile",
    "the agreement was changed in the meantime; read it again, then decide",
)
NOT_POSSIBLE = message(
    "agreements.not_possible", "this is not possible at this stage; reload the page to see why"
)
NOTHING_WRITTEN = message("agreements.nothing_written", "no agreement has been written yet")
OWN_PROPOSAL = message(
    "agreements.own_proposal",
    "this is your own proposal; the other person has to agree to it or change it",
)
NOT_PROPOSED = message("agreements.not_proposed", "the text has not been proposed yet")
TEXTS_CHANGED = message(
    "agreements.texts_changed",
    "the terms that apply have changed since this agreement was proposed; read them, and propose "
    "the agreement again",
)
SESSIONS_LEFT = message(
    "agreements.sessions_left",
    "you cannot mark your coaching as finished until your last session is over",
)
UNKNOWN_MODULE = message(
    "agreements.unknown_module",
    "at least one of these modules is not in the curriculum; choose two to four modules from "
    "the curriculum",
)
FIT_TOO_EARLY = message(
    "agreements.fit_too_early", "you can answer this question after your first session"
)

STATES: Mapping[AgreementState, Message] = {
    AgreementState.DRAFT: message("agreements.state_draft", "draft"),
    AgreementState.PROPOSED: message("agreements.state_proposed", "proposed"),
    AgreementState.AGREED: message("agreements.state_agreed", "agreed"),
    AgreementState.ACTIVE: message("agreements.state_active", "active"),
    AgreementState.AMENDED: message("agreements.state_amended", "change proposed"),
    AgreementState.CLOSED: message("agreements.state_closed", "closed"),
}
STATE = message("agreements.state", "Agreement state")
NONE_YET = message("agreements.state_none", "not written yet")
CLOSED: Mapping[ClosedAs, Message] = {
    ClosedAs.COMPLETED: message("agreements.closed_completed", "closed (completed)"),
    ClosedAs.LEFT: message("agreements.closed_left", "closed (the coach or the coachee has left)"),
    ClosedAs.REPLACED: message("agreements.closed_replaced", "closed (another coach)"),
}
MODES: Mapping[SessionMode, Message] = {
    SessionMode.ONLINE: message("agreements.mode_online", "online"),
    SessionMode.IN_PERSON: message("agreements.mode_in_person", "in person"),
    SessionMode.PHONE: message("agreements.mode_phone", "by phone"),
}
CONTACTS: Mapping[Contact, Message] = {
    Contact.NONE: message("agreements.contact_none", "only in sessions"),
    Contact.MAIL: message("agreements.contact_mail", "also by email"),
    Contact.PHONE: message("agreements.contact_phone", "also by phone"),
}
DELEGATES: Mapping[Delegates, Message] = {
    Delegates.NONE: message("agreements.delegates_none", "nobody else may attend"),
    Delegates.OBSERVER: message(
        "agreements.delegates_observer", "an observer may attend, if both agree before the session"
    ),
    Delegates.STAND_IN: message(
        "agreements.delegates_stand_in", "a delegate may attend in place of the coachee"
    ),
}
FITS: Mapping[Fit, Message] = {
    Fit.GOOD: message("agreements.fit_good", "a good fit"),
    Fit.DECIDING: message("agreements.fit_deciding", "still deciding"),
    Fit.NOT_GOOD: message("agreements.fit_not_good", "not a good fit"),
}
LANGUAGE_ALONE = message("agreements.language", "{code}", code=LANGUAGE)
