"""Every command: where its function is, and its summary, the first line of its docstring."""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("api.cli.demo:demo", "Run the bundled sample cycle from its spreadsheets to results."),
    "match": ("api.cli.match:match", "Match and timetable a cycle and write all its results."),
    "pairs": ("api.cli.pairs:pairs", "Judge every coachee with every coach, one row a pair."),
    "explain": ("api.cli.explain:explain",
                "Tell why this coach, or why nobody and what would help."),
    "advise": ("api.cli.advise:advise",
               "Tell the three changes to the cycle that would place most people."),
    "replace": ("api.cli.replace:replace",
                "Suggest another coach for one coachee, leaving everybody else as they are."),
    "compare": ("api.cli.compare:compare",
                "Tell what differs between two results, and what is won and lost."),
    "check": ("api.cli.check:check", "Audit a result against its inputs, without the solver."),
    "replay": ("api.cli.replay:replay",
               "Do a recorded run again and tell what differs; 0 only where nothing does."),
    "template": ("api.cli.template:template", "Write an empty workbook to fill in."),
    "rules": ("api.cli.rules:rules", "Print the matching rules, as the page /rules does."),
    "serve": ("api.cli.serve:serve",
              "Serve the API and the pages, and print the addresses to open."),
    "worker": ("api.cli.worker:worker", "Do the runs that servers queue, until it is stopped."),
    "user": ("api.cli.user:user", "Add, list or disable users, or print a sign-in address."),
    "audit": ("api.cli.audit:audit", "Verify the audit trail, and print its head to keep."),
    "person": ("api.cli.person:person", "Export what is held about one person, or erase it."),
    "retention": ("api.cli.retention:retention",
                  "Erase the people of cycles past their time, or tell what that would be."),
    "keys": ("api.cli.keys:keys", "Rotate the master key; stop servers and workers first."),
    "backup": ("api.cli.backup:backup", "Copy the database while it is in use, encrypted."),
    "restore": ("api.cli.backup:restore", "Put a copy in the place of the database, once checked."),
    "migrate": ("api.cli.serve:migrate", "Bring the database to this version of the programme."),
}  # fmt: skip
