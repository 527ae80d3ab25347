"""The table of commands, with the function and the summary of each.

The summary is the first line of the function's docstring, in the terminal's language.
"""

from __future__ import annotations

from api.cli.output import gettext as _

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("api.cli.demo:demo",
             _("Run the bundled sample cycle, from its spreadsheets to the results.")),
    "match": ("api.cli.match:match", _("Match the people in a cycle, schedule their sessions "
                                         "and write all results.")),
    "pairs": ("api.cli.pairs:pairs",
              _("Evaluate every pair of coachee and coach, and write one row per pair.")),
    "explain": ("api.cli.explain:explain",
                _("Explain a coachee's match, or why there is none and what would help.")),
    "advise": ("api.cli.advise:advise",
               _("Find the three changes to the policy that would place the most people.")),
    "replace": ("api.cli.replace:replace",
                _("Suggest another coach for one coachee without affecting anyone else.")),
    "compare": ("api.cli.compare:compare",
                _("Show the differences between two results, with gains and losses.")),
    "check": ("api.cli.check:check", _("Audit a result against its inputs, without the solver.")),
    "replay": ("api.cli.replay:replay",
               _("Repeat a recorded run and show the differences; exit with 0 if there are none.")),
    "template": ("api.cli.template:template", _("Create a template workbook for people lists.")),
    "import": ("api.cli.import_lists:import_",
               _("Review two lists of people, and write them in the standard format.")),
    "rules": ("api.cli.rules:rules", _("Print the matching rules, as shown on the page /rules.")),
    "serve": ("api.cli.serve:serve",
              _("Start the server, and print links to its pages.")),
    "worker": ("api.cli.worker:worker", _("Run queued jobs until stopped.")),
    "user": ("api.cli.user:user",
             _("Add, link, list, disable or sign out users, or print a sign-in link.")),
    "audit": ("api.cli.audit:audit",
              _("Verify the audit trail, and print its head for safekeeping.")),
    "cycle": ("api.cli.cycle_commands:CYCLE",
              _("Create a server's cycles, import their lists, start runs and publish plans.")),
    "person": ("api.cli.person:person", _("Export or erase the data about one person.")),
    "retention": ("api.cli.retention:retention",
                  _("Erase personal data in cycles past their retention period.")),
    "keys": ("api.cli.keys:keys",
             _("Create a key file, or replace one of its keys; "
               "stop servers and workers first.")),
    "mail": ("api.cli.mail:mail",
             _("Send a test invitation, or check one that was received.")),
    "backup": ("api.cli.backup:backup",
               _("Back up the database to an encrypted file, even while it is in use.")),
    "restore": ("api.cli.backup:restore",
                _("Check a backup and restore it in place of the database.")),
    "migrate": ("api.cli.serve:migrate",
                _("Migrate the database to this version of the application.")),
}  # fmt: skip

DETAILS: dict[str, str] = {
    "retention": _(
        "Unlike the daily job, this command does not warn managers 30 days in advance. Cycles on "
        "hold are skipped."
    ),
}
"""The text that follows the summary in a command's help."""
