"""`gender-coach cycle`: manages a cycle on a server, from its cycle file to its invitations.

The commands perform the same use cases as the pages and the JSON API, on the database of a server,
which may be running at the same time.
"""

from __future__ import annotations

import typer

from api.cli.cycle_commands.cycles import create, list_, policy, show
from api.cli.cycle_commands.import_lists import import_
from api.cli.cycle_commands.published import publish, send, sessions
from api.cli.cycle_commands.run import run
from api.cli.output import gettext as _
from api.cli.terminal_help import TerminalCommand, TerminalGroup

CYCLE = typer.Typer(cls=TerminalGroup, no_args_is_help=True, rich_markup_mode=None)
for _name, _run, _summary in (
    ("list", list_, _("List the cycles, newest first.")),
    ("create", create, _("Create a cycle from a cycle file.")),
    ("show", show, _("Show the number of people in a cycle, its unfinished run and its plans.")),
    ("policy", policy, _("Print the cycle file of a cycle, or replace the policy.")),
    ("import", import_, _("Import lists of people, after showing what changes.")),
    ("run", run, _("Start a run and follow it; a server or a worker performs it.")),
    ("publish", publish, _("Publish a draft plan, which prepares the emails about it.")),
    ("sessions", sessions, _("List the published sessions with the replies.")),
    ("send", send, _("Release the pending emails; a server or a worker sends them.")),
):
    CYCLE.command(_name, cls=TerminalCommand, help=_summary)(_run)
