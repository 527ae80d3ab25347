"""`gender-coach cycle import`: imports lists into a cycle, after showing the changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.cycle_commands import facts
from api.cli.cycle_commands.options import CYCLE_ID, DATA, AsJson, print_json
from api.cli.import_summary import ImportSummary
from api.cli.output import echo, print_warnings, render
from api.cli.output import gettext as _
from api.cli.reading_options import COACHEES, COACHES
from api.cli.services import open_cli_services
from api.files.upload_limits import MAX_FILE_BYTES
from api.http.principal import SYSTEM
from api.input_files.source import InputSource, NamedFile, read_source
from api.participants.preview import service
from api.participants.preview.outcome import KINDS, Encoding, ListAnswers
from api.participants.preview.service import Confirmation, Preview, PreviewAnswers
from api.participants.rows import Side
from coach.errors import ConflictError, UnusableInputError
from coach.intake.list_review import ListedPerson, ListReview

_SIDES = {kind: side for side, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """A preview's lists, in the form that `ImportSummary` requires."""

    preview: Preview
    review: ListReview

    def row(self, person: ListedPerson) -> int | None:
        """Return a person's row number, or `None` if the person is not in a file."""
        rows = self.preview.outcome.rows.get(_SIDES[person.kind], {})
        return None if person.is_gone else rows.get(person.id)

    def file(self, person: ListedPerson) -> str:
        """Return the name of the file that lists a person."""
        return self.preview.files.get(_SIDES[person.kind], person.kind.value)


def import_(
    ident: Annotated[str, CYCLE_ID],
    *,
    coachees: Annotated[Path | None, COACHEES] = None,
    coaches: Annotated[Path | None, COACHES] = None,
    encoding: Annotated[
        Encoding | None, typer.Option(help=_("Encoding of CSV files that are not Unicode."))
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help=_("Use the lists without asking for confirmation, if they are complete.")
        ),
    ] = False,
    as_json: AsJson = False,
    data: Annotated[Path | None, DATA] = None,
) -> None:
    """Import lists of people, after showing what will change.

    With JSON, nothing is asked: the lists are used only with `--yes` and if they are complete.
    """
    files = _files(coachees, coaches)
    answered = ListAnswers(encoding=encoding)
    answers = PreviewAnswers(coachees=answered, coaches=answered)
    with open_cli_services(data) as services:
        preview = service.preview_lists(services, ident, files, answers)
        if not as_json:
            _print(preview)
        if preview.review is None:
            raise ConflictError(facts.QUESTIONS())
        used = (yes and not preview.concerns) if as_json else _confirmed(preview, yes=yes)
        if used:
            confirmation = Confirmation(seen=preview.seen, although=bool(preview.concerns))
            service.use_lists(services, SYSTEM, ident, confirmation)
        else:
            service.discard_lists(services, ident)
    if as_json:
        print_json(
            {"used": used, "concerns": [render(one.concern or "") for one in preview.concerns]}
        )
    else:
        echo(facts.USED() if used else facts.NOT_USED())


def _files(coachees: Path | None, coaches: Path | None) -> dict[Side, NamedFile]:
    sources: dict[Side, InputSource] = {
        side: read_source(path, MAX_FILE_BYTES)
        for side, path in ((Side.COACHEE, coachees), (Side.COACH, coaches))
        if path is not None
    }
    files = {side: one for side, one in sources.items() if isinstance(one, NamedFile)}
    if faults := [one for one in sources.values() if not isinstance(one, NamedFile)]:
        raise UnusableInputError(faults)
    return files


def _print(preview: Preview) -> None:
    outcome = preview.outcome
    for one in outcome.understood:
        typer.echo(one.fault().line(render(one.message)))
    print_warnings(one.fault() for one in outcome.warnings)
    for encoding in outcome.encodings:
        for name, word in encoding.words.items():
            echo(facts.ENCODING(file=encoding.file, encoding=name, word=word))
    for header in outcome.headers:
        echo(facts.HEADER(file=header.file, header=header.header))
    if preview.review is not None:
        for line in ImportSummary(_Reviewed(preview, preview.review)).lines(advise=False):
            typer.echo(line)


def _confirmed(preview: Preview, *, yes: bool) -> bool:
    """Ask whether to use the lists, and ask again if either of them may be incomplete."""
    if not yes and not typer.confirm(render(facts.USE())):
        return False
    for compared in preview.concerns:
        if compared.concern and not typer.confirm(render(compared.concern)):
            return False
    return True
