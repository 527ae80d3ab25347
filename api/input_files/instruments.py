"""A deployment's instruments: the built-in ones, and those in the deployment's folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.input_files import facts
from coach.errors import InputFault, UnusableInputError
from coach.instruments import Instrument, Moment
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.instrument_file import read_instrument, shared_moments
from coach.texts.facts import Displayed

if TYPE_CHECKING:  # the command line needs the instruments, but no settings
    from api.settings import Settings

MAX_INSTRUMENT_BYTES = 64 * 1024
_SUFFIX = ".toml"

Instruments = Mapping[Moment, Instrument]
"""The instrument for each moment at which people are asked to answer one."""


@cache
def shipped_instruments() -> Instruments:
    """Return the built-in instruments."""
    folder = files("coach") / "data" / "instruments"
    return _by_moment(
        read_instrument(one.name, one.read_text("utf-8"))
        for one in sorted(folder.iterdir(), key=lambda each: each.name)
        if one.name.endswith(_SUFFIX)
    )


def instruments_of(settings: Settings) -> Instruments:
    """Return a deployment's instruments, keyed by the moments at which people answer them.

    An instrument in the deployment's folder replaces the built-in one.

    Raises:
        UnusableInputError: the folder or one of its files cannot be used; the error lists all
            faults.
    """
    return _instruments(settings.instruments, settings.instrument_moments)


@cache
def _instruments(folder: Path | None, moments: tuple[Moment, ...]) -> Instruments:
    known = {**shipped_instruments(), **({} if folder is None else _by_moment(_own(folder)))}
    return MappingProxyType({one: known[one] for one in Moment if one in moments})


def _by_moment(instruments: Iterable[Instrument]) -> Instruments:
    return {moment: one for one in instruments for moment in one.moments}


def _own(folder: Path) -> list[Instrument]:
    """Return the instruments in a folder.

    Raises:
        UnusableInputError: one of the files cannot be used, or the folder contains no files.
    """
    paths = sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else []
    if not paths:
        nothing = facts.NO_INSTRUMENTS(suffix=_SUFFIX)
        raise UnusableInputError([InputFault(str(folder), 1, WHOLE_FILE, nothing)])
    found: list[tuple[str, Instrument]] = []
    faults: list[InputFault] = []
    for path in paths:
        try:
            found.append((path.name, read_instrument(path.name, _text(path))))
        except UnusableInputError as error:
            faults += error.faults
    faults += shared_moments(found)
    if faults:
        raise UnusableInputError(faults)
    return [instrument for _, instrument in found]


def _text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UnusableInputError: the file cannot be read, is too large, or is not text in UTF-8.
    """
    problem: Displayed
    try:
        content = path.read_bytes()
        if len(content) <= MAX_INSTRUMENT_BYTES:
            return content.decode("utf-8-sig")
        problem = facts.INSTRUMENT_TOO_LARGE(limit=MAX_INSTRUMENT_BYTES // 1024)
    except UnicodeDecodeError as error:
        problem = facts.NOT_UTF8(byte=f"0x{error.object[error.start]:02X}")
    except OSError as error:
        problem = facts.CANNOT_OPEN(reason=error.strerror or "")
    raise UnusableInputError([InputFault(path.name, 1, WHOLE_FILE, problem)])
