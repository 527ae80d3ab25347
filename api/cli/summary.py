"""The terminal summary of a plan: matches, unmatched coachees, files and next steps."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import typer

from api.input_files.cycle_inputs import CycleInputs
from api.results.match_view import MatchViewModel, PersonViewModel, UnmatchedViewModel
from api.results.plan_view import PlanViewModel, present_plan
from api.texts.reader_language import terminal_renderer
from coach.plural import pluralise
from matching.result import CoacheeChange, Move, Result

_REPORTED_RULES = ("preference", "language", "topics", "rank")  # the rules that users ask about
_MAX_REASONS = 3
_MAX_FIRST_SESSIONS = 5
_FILES = (
    ("report.html", "the complete plan, to read or print"),
    ("schedule.xlsx, schedule.csv", "every session"),
    ("invites/", "an invitation (.ics) and an email (.eml) for each person and session"),
    ("forms/", "session note and feedback, to print"),
    ("unmatched.csv", "coachees without a coach, with reasons"),
    ("result.json, inputs/", "the result and its input files, for software"),
    ("run.json", "the record of the run, which allows repeating it"),
)


def print_summary(inputs: CycleInputs, result: Result, out: Path) -> None:
    """Print the summary to standard output, with bold headings on a terminal."""
    for line in summary_lines(inputs, result, out):
        heading = bool(line) and not line.startswith(" ")
        typer.echo(typer.style(line, bold=True) if heading else line)


def summary_lines(inputs: CycleInputs, result: Result, out: Path) -> Iterator[str]:
    """Yield the lines of the summary; lines without indentation are headings."""
    view = present_plan(inputs.roster, inputs.cycle, result)
    wishes = {coachee.id: coachee.prefers for coachee in inputs.roster.coachees}
    yield ""
    have = "has" if view.placed == 1 else "have"
    yield f"{view.name}: {view.placed} of {pluralise(view.coachees, 'coachee')} {have} a coach"
    busy = len({match.coach.id for match in view.matches})
    coaches = pluralise(view.coaches, "coach", "coaches")
    period = terminal_renderer().text(view.period)
    yield f"  {pluralise(view.sessions, 'session')} with {busy} of {coaches}, {period}."
    yield f"  {view.proof_status}"
    if result.status == "feasible":
        yield from (f"    {one.words}: {one.value}, {one.proof_status}" for one in view.levels)
    yield ""
    yield "Matches and reasons"
    for match in view.matches:
        yield from _match(match, wished=match.coach.id in wishes[match.coachee.id])
    if view.unmatched:
        yield ""
        yield "Without a coach"
        for entry in view.unmatched:
            yield from _unmatched(entry)
    if result.moves:
        yield ""
        yield "Changes and reasons"
        yield from map(move_line, result.moves)
    if view.matches:
        yield ""
        yield "First sessions"
        yield from _first_sessions(view, result)
    for note in terminal_renderer().footnotes(view.territories):
        yield f"  {note}"
    yield ""
    yield f"Files in {out}"
    yield from (f"  {name:<28} {what}" for name, what in _FILES)
    yield ""
    yield "Next steps"
    yield from _next(view, out)


def move_line(move: Move) -> str:
    """Describe in one line what a re-match changed for a coachee."""
    if move.sessions:
        count = len(move.sessions)
        changed = f"{pluralise(count, 'session')} at other times"
    elif move.change is CoacheeChange.RETIMED:
        changed = f"stays with {move.after}, for more or fewer sessions"
    else:
        changed = f"{move.after or 'nobody'} instead of {move.before or 'nobody'}"
    return f"  {move.coachee}: {changed} ({move.because})"


def _person(person: PersonViewModel) -> str:
    return f"{person.name} ({person.id}, {person.rank}, {terminal_renderer().text(person.place)})"


def _match(match: MatchViewModel, *, wished: bool) -> Iterator[str]:
    yield f"  {_person(match.coachee)}"
    yield f"    with {_person(match.coach)}, {match.points} of {match.max_points} points"
    because = {verdict.rule: verdict.because for verdict in match.verdicts if verdict.points}
    reasons = [because[rule] for rule in _REPORTED_RULES[not wished :] if rule in because]
    yield f"    {'; '.join(reasons[:_MAX_REASONS])}"


def _unmatched(entry: UnmatchedViewModel) -> Iterator[str]:
    yield f"  {_person(entry.coachee)}"
    yield f"    {entry.why} Coaches left after each rule:"
    yield f"      {', '.join(f'{step.rule} {step.left}' for step in entry.funnel)}"
    if entry.remedies:
        yield "    What would help, verified by solving again:"
        yield from (f"      {one.change}: {one.effect}" for one in entry.remedies)
    else:
        yield "    None of the single changes that were tried would help."
    if not entry.remedies_complete:
        yield "    The search was not completed, so other changes may also help."


def _first_sessions(view: PlanViewModel, result: Result) -> Iterator[str]:
    starts = [match.sessions[0].start for match in result.matches]
    in_order = sorted(range(len(starts)), key=starts.__getitem__)
    for place in in_order[:_MAX_FIRST_SESSIONS]:
        match = view.matches[place]
        session = match.sessions[0]
        texts = terminal_renderer()
        when = f"{texts.text(session.day)}, {texts.text(session.hours)} {session.zone}"
        yield f"  {when:<36} {match.coachee.name} with {match.coach.name}"
    if len(in_order) > _MAX_FIRST_SESSIONS:
        yield f"  and {len(in_order) - _MAX_FIRST_SESSIONS} more pairs; all dates are in the report"


def _next(view: PlanViewModel, out: Path) -> Iterator[str]:
    folder = shlex.quote(str(out))
    examples = (view.unmatched or view.matches)[:1]
    for one in examples:
        yield f"  gender-coach explain {folder} {shlex.quote(one.coachee.id)}"
    yield f"  gender-coach check {folder}"
    yield "  gender-coach template --out people.xlsx     (a workbook for your own people)"
