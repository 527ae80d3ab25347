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
    ("policy", policy, _("Print a cycle's file, or replace its policy.")),
    ("import", import_, _("Import lists of people, after showing what will change.")),
    ("run", run, _("Start a run on a server or a worker, and follow its progress.")),
    ("publish", publish, _("Publish a draft plan, and prepare the emails about it.")),
    ("sessions", sessions, _("List the published sessions and the replies to them.")),
    ("send", send, _("Release the pending emails for a server or a worker to send.")),
):
    CYCLE.command(_name, cls=TerminalCommand, help=_summary)(_run)
