"""Reads cycle files."""

from __future__ import annotations

from dataclasses import dataclass

from api.files.upload_limits import MAX_CYCLE_FILE_BYTES, UnreadableError, check_size
from api.input_files import facts
from api.input_files.reference_data import reference
from api.input_files.source import InputSource, NamedFile
from coach.cycle import Cycle
from coach.errors import InputFault, UnusableInputError
from coach.intake.cycle_file import CycleFile, read_cycle, unread_cycle
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.reference import ReadContext

CYCLE_FILE = "cycle.toml"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A parsed cycle file, with its text."""

    text: str
    read: CycleFile

    @property
    def policy(self) -> Cycle:
        """The policy in the file.

        Raises:
            UnusableInputError: the file has faults; the error lists all of them.
        """
        if self.read.cycle is None or self.read.faults:
            raise UnusableInputError(self.read.faults)
        return self.read.cycle


def parse_policy_file(file: NamedFile) -> PolicyFile:
    """Parse a cycle file. References to people are not checked."""
    read = read_policy_file(file, ReadContext(reference()))
    return PolicyFile("" if read.cycle is None else file.content.decode("utf-8-sig"), read)


def read_policy_file(source: InputSource, context: ReadContext) -> CycleFile:
    """Parse a cycle file, collecting all faults. References to people are not checked."""
    if isinstance(source, InputFault):
        return unread_cycle(source.file, [source])
    row = 1
    try:
        check_size(source.content, MAX_CYCLE_FILE_BYTES)
        return read_cycle(source.name, source.content.decode("utf-8-sig"), context)
    except UnreadableError as error:
        message = error.shown
    except UnicodeDecodeError as error:
        row = source.content.count(b"\n", 0, error.start) + 1
        message = facts.NOT_UTF8(byte=f"0x{source.content[error.start]:02X}")
    return unread_cycle(source.name, [InputFault(source.name, row, WHOLE_FILE, message)])
