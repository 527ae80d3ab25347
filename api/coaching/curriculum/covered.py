"""The modules that were covered in sessions, according to their shared records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.curriculum import facts
from api.coaching.curriculum.catalogue import all_modules
from api.coaching.curriculum.rows import CoveredModuleRow
from coach.errors import InputFault, UnusableInputError


def store_covered(tx: Transaction, session_id: str, codes: Collection[str]) -> tuple[str, ...]:
    """Replace the codes of the modules covered in a session, and return them sorted.

    Raises:
        UnusableInputError: at least one code is unknown.
    """
    wanted = tuple(sorted(set(codes)))
    if covered_in(tx, [session_id]).get(session_id, ()) == wanted:
        return wanted
    if codes:
        unknown = set(codes) - {one.code for one in all_modules(tx)}
        if unknown:
            faults = (facts.NO_MODULE(code=code) for code in sorted(unknown))
            raise UnusableInputError(
                InputFault("body", 1, "modules_covered", fault) for fault in faults
            )
    tx.execute(delete(CoveredModuleRow).where(CoveredModuleRow.session_id == session_id))
    if wanted:
        rows = [{"session_id": session_id, "code": code} for code in wanted]
        tx.execute(insert(CoveredModuleRow), rows)
    return wanted


def covered_in(tx: Transaction, session_ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the sorted codes of the modules covered in each session, keyed by session id."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = select(CoveredModuleRow).where(CoveredModuleRow.session_id.in_(session_ids))
    for row in tx.scalars(rows.order_by(CoveredModuleRow.code)):
        found[row.session_id].append(row.code)
    return {session_id: tuple(codes) for session_id, codes in found.items()}


def is_covered(tx: Transaction, code: str) -> bool:
    """Return whether a module was covered in any session."""
    found = select(CoveredModuleRow.session_id).where(CoveredModuleRow.code == code)
    return tx.scalar(found.limit(1)) is not None
