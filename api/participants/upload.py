"""Uploads both lists of people, checking them in the transaction that stores them.

Each list replaces the previous one. People whom the new list omits have left the cycle: their
sessions and submissions remain, and later runs do not include them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row, policy_of
from api.cycles.versions import Part, next_version, require_version
from api.http.principal import Principal
from api.input_files.people_lists import PeopleLists, input_faults, read_people_lists
from api.input_files.policy_file import CYCLE_FILE, read_policy_file
from api.input_files.reference_data import reference
from api.input_files.source import NamedFile
from api.participants.changed_addresses import changing_addresses
from api.participants.humans import link_humans
from api.participants.list_differences import list_differences
from api.participants.own_values import with_own_values
from api.participants.policy import current_sheet
from api.participants.rosters import listed_roster
from api.participants.rows import PersonRow, Side
from api.participants.service import people_rows, profile_of
from api.participants.undo import store_undo
from api.services import Services
from api.values import FrozenModel
from coach.errors import InputFault, UnusableInputError
from coach.intake.columns import PeopleKind
from coach.intake.cycle_file import CycleFile
from coach.intake.reference import ReadContext
from coach.people import Person, Roster


class UploadSummary(FrozenModel):
    """The numbers of people on one side that an upload added, changed, kept and removed."""

    side: Side
    added: int
    changed: int
    unchanged: int
    left: int


@dataclass(frozen=True, slots=True)
class UploadedLists:
    """Both lists as read with `context`; `roster` is `None` if either list has faults."""

    lists: PeopleLists
    roster: Roster | None
    context: ReadContext


def upload_lists(
    services: Services,
    principal: Principal,
    cycle_id: str,
    coachees: NamedFile,
    coaches: NamedFile,
    *,
    version: int | None = None,
) -> tuple[UploadSummary, UploadSummary]:
    """Replace both lists of a cycle, matching people by their ids; return a summary of each.

    `version` is the version of the lists on which the files are based; `None` disables the check.

    The files are read before the transaction starts, because reading a workbook is slow. People who
    have a link and whose address changes are notified at both addresses.

    Raises:
        ChangedSinceError: the lists have a different version. Nothing is changed.
        ConfirmFirstError: the lists change the email address of a person, and the user has not
            authenticated recently. Nothing is changed.
        NotFoundError: there is no such cycle.
        UnusableInputError: there are faults in the files, or the policy names people who are in
            neither list. The error lists all faults, and nothing is changed.
    """
    lists = read_lists(coachees, coaches)
    with (
        services.database.writing() as tx,
        changing_addresses(tx, services, principal, cycle_id),
    ):
        require_version(
            tx,
            cycle_row(tx, cycle_id),
            Part.LISTS,
            version,
            lambda: list_differences(listed_roster(tx, cycle_id), lists.roster),
        )
        stored = store_lists(tx, cycle_id, lists, now=services.now())
        services.people_changed(tx, services, cycle_id)
        return stored


def read_lists(coachees: NamedFile, coaches: NamedFile) -> UploadedLists:
    """Read both lists; they are checked when they are stored.

    Only the documented forms of values are accepted, because this upload has no review in which the
    user could check how other forms were understood.
    """
    context = ReadContext(reference(), strict=True)
    lists = read_people_lists(coachees, coaches, context)
    return UploadedLists(lists, None if lists.faults else lists.roster(), context)


def store_lists(
    tx: Transaction, cycle_id: str, uploaded: UploadedLists, *, now: datetime
) -> tuple[UploadSummary, UploadSummary]:
    """Check both lists against each other and the cycle's policy, and replace the cycle's lists.

    Returns a summary of the changes in each list.

    Raises:
        NotFoundError, UnusableInputError: see `upload_lists`.
    """
    faults = tuple(list_faults(cycle_row(tx, cycle_id), uploaded.lists, uploaded.context))
    store_undo(tx, cycle_id, now=now)
    roster = uploaded.roster
    if faults or roster is None:
        raise UnusableInputError(dict.fromkeys(faults))
    return (
        store_list(tx, cycle_id, Side.COACHEE, roster.coachees, now=now),
        store_list(tx, cycle_id, Side.COACH, roster.coaches, now=now),
    )


def store_list(
    tx: Transaction, cycle_id: str, side: Side, people: Sequence[Person], *, now: datetime
) -> UploadSummary:
    """Replace the list for one side of a cycle with `people`; return a summary of the changes.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle = cycle_row(tx, cycle_id)
    known = {row.code: row for row in people_rows(tx, cycle_id, side)}
    added: list[PersonRow] = []
    changed: list[PersonRow] = []
    for position, person in enumerate(people):
        row = known.pop(person.id, None)
        if row is None:
            row = PersonRow(cycle_id=cycle_id, side=side, code=person.id)
            _update_row(row, person, position)
            tx.add(row)
            added.append(row)
        elif _update_row(row, person, position):
            changed.append(row)
    departed = [row for row in known.values() if row.left_at is None]
    for row in departed:
        row.left_at = now
    link_humans(tx, [*added, *changed], now=now)
    record_event(
        tx,
        f"{side} list taken in",
        "cycle",
        cycle_id,
        added=len(added),
        changed=len(changed),
        left=len(departed),
        version=next_version(cycle, Part.LISTS),
    )
    return UploadSummary(
        side=side,
        added=len(added),
        changed=len(changed),
        unchanged=len(people) - len(added) - len(changed),
        left=len(departed),
    )


def check_stored_policy(tx: Transaction, cycle_id: str) -> None:
    """Check the policy of a cycle against the people who are now in it.

    Raises:
        NotFoundError: there is no such cycle.
        UnusableInputError: the policy names people who are not in the cycle.
    """
    tx.flush()
    lists = PeopleLists(
        current_sheet(tx, cycle_id, Side.COACHEE, PeopleKind.COACHEES),
        current_sheet(tx, cycle_id, Side.COACH, PeopleKind.COACHES),
    )
    faults = tuple(list_faults(cycle_row(tx, cycle_id), lists, ReadContext(reference())))
    if faults:
        raise UnusableInputError(dict.fromkeys(faults))


def list_faults(row: CycleRow, lists: PeopleLists, context: ReadContext) -> Iterator[InputFault]:
    """Return all faults in two lists, checked against a cycle's policy.

    The cycle file is parsed only if the policy names somebody who is not in the lists, to locate
    this fault.
    """
    policy = policy_of(row)
    stored = CycleFile(
        file=CYCLE_FILE,
        cycle=policy,
        lines={},
        faults=(),
        pins=policy.pins,
        bans=policy.bans,
        preferred_by=policy.timetable.preferred_by,
        waivers=tuple(enumerate(policy.waivers)),
    )
    faults = tuple(input_faults(stored, lists, context))
    if all(fault.file != CYCLE_FILE for fault in faults):
        return iter(faults)
    located = read_policy_file(NamedFile(CYCLE_FILE, row.source.encode()), context)
    return input_faults(located, lists, context)


def _update_row(row: PersonRow, person: Person, position: int) -> bool:
    """Update a person's row from a list; return whether the person has changed or come back."""
    before, profile = row.profile, _profile(person)
    if row.listed:
        profile = with_own_values(row, profile)
        person = type(person).model_validate(profile)
    same = before == profile or (before is not None and profile_of(row) == person)
    returns = row.left_at is not None and row.withdrawn_at is None
    changed = not same or returns
    row.position, row.erased_at = position, None
    row.left_at = None if returns else row.left_at
    if before is None or before["email"] != person.email:
        row.email = person.email  # otherwise, keep the address that the person has set
    row.name, row.timezone, row.profile = person.name, person.timezone, profile
    return changed


def _profile(person: Person) -> dict[str, Any]:
    """Return a person as JSON. Equal people result in equal JSON in every process."""
    profile = person.model_dump(mode="json")
    profile["refuses"].sort()
    return profile
