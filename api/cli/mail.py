"""`gender-coach mail check`: checks whether invitations arrive."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from api.input_files.source import read_source
from api.mail_check.received import Outcome
from api.mail_check.service import (
    MAX_SOURCE_CHARACTERS,
    ReceivedSource,
    TestRecipient,
    check_received,
    send_test_invitation,
)
from api.texts.terminal_language import terminal_renderer
from coach.errors import InputFault, NegativeAnswerError, UnusableInputError


class MailAction(StrEnum):
    """The actions of `gender-coach mail`."""

    CHECK = "check"


class MailProblemError(NegativeAnswerError):
    """The check of a received email found a problem."""


def mail(
    action: Annotated[
        MailAction,
        # i18n: `check` is an argument; do not translate it.
        typer.Argument(help=_("check: send a test invitation, or check one that was received.")),
    ],
    *,
    to: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help=_("The address to send a test invitation to.")),
    ] = None,
    received: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help=_("The source of the test email as received, or its headers.")
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Send a test invitation, or check one that was received."""
    del action  # there is only one
    if (to is None) == (received is None):
        raise UnusableInputError([InputFault("mail", 1, "--to", facts.TO_OR_RECEIVED())])
    with open_cli_services(data) as services:
        if to is not None:
            send_test_invitation(services, _recipient(to))
            echo(facts.TEST_SENT(address=to))
            return
        source = _read(received)
        findings = check_received(services, ReceivedSource(source=source), terminal_renderer())
    for finding in findings:
        typer.echo(f"{_MARKS[finding.outcome]} {finding.text}")
    problems = sum(finding.outcome is Outcome.BAD for finding in findings)
    if problems:
        raise MailProblemError(facts.MAIL_PROBLEMS(count=problems))


_MARKS = {Outcome.GOOD: "+", Outcome.BAD: "!", Outcome.UNKNOWN: "?"}


def _recipient(address: str) -> TestRecipient:
    try:
        return TestRecipient(address=address)
    except ValidationError as error:
        fault = InputFault("mail", 1, "--to", facts.NOT_AN_ADDRESS(address=address))
        raise UnusableInputError([fault]) from error


def _read(file: Path | None) -> str:
    source = read_source(file or Path(), MAX_SOURCE_CHARACTERS)
    if isinstance(source, InputFault):
        raise UnusableInputError([source])
    return source.content[:MAX_SOURCE_CHARACTERS].decode("utf-8", "replace")
