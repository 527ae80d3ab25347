"""Exit codes, status codes and slugs of errors, and the escaping of spreadsheet formulas."""

from http import HTTPStatus

import coach.errors
import matching.errors
from api.error_mapping import ERROR_TABLE, EXIT_TIME_LIMIT, INTERNAL_ERROR, error_type_of
from api.files.csv_injection import escape_formula
from coach.errors import ConflictError, DomainError, NegativeAnswerError, UnusableInputError
from matching.errors import NoUsableResultError


class SpecialConflictError(ConflictError):
    """A kind of conflict that has no row of its own in the error table."""


def test_every_domain_error_has_its_own_row() -> None:
    family = {
        value
        for module in (coach.errors, matching.errors)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, DomainError)
    }
    assert family == set(ERROR_TABLE)


def test_slugs_are_unique() -> None:
    slugs = [kind.slug for kind in ERROR_TABLE.values()]
    assert len(set(slugs)) == len(slugs)


def test_subclass_is_mapped_like_its_parent() -> None:
    assert error_type_of(SpecialConflictError("busy")).http_status is HTTPStatus.CONFLICT


def test_exit_codes_match_the_reference() -> None:
    assert error_type_of(UnusableInputError([])).exit_code == 2
    assert error_type_of(NoUsableResultError("none")).exit_code == EXIT_TIME_LIMIT == 3
    assert error_type_of(NegativeAnswerError("no")).exit_code == 4
    assert error_type_of(ZeroDivisionError()) is INTERNAL_ERROR
    assert INTERNAL_ERROR.exit_code == 1


def test_formula_like_cells_are_escaped() -> None:
    dangerous = ["=1+1", "+49 30", "-5", "@SUM(A1)", "\tx", "\rx"]
    dangerous += ["\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)"]
    assert [escape_formula(text) for text in dangerous] == [f"'{text}" for text in dangerous]
    assert escape_formula("Ana = Maria") == "Ana = Maria"
