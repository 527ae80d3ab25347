"""The terminal summary of a plan: matches, unmatched coachees, files and next steps."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import typer

from api.cli import facts
from api.cli.output import TEXTS, render
from api.input_files.cycle_inputs import CycleInputs
from api.results.match_view import MatchViewModel, PersonViewModel, UnmatchedViewModel
from api.results.move_view import describe_move
from api.results.plan_view import PlanViewModel, present_plan
from coach.texts.facts import Displayed
from matching.facts.explanations import SEARCH_NOT_COMPLETED
from matching.facts.names import rule_name
from matching.result import Move, Result
from matching.rules.repeat import RepeatRule

_REPORTED_RULES = ("preference", "language", "topics", "rank")  # the rules that users ask about
_MAX_REASONS = 3
_MAX_FIRST_SESSIONS = 5
_FILES = (
    ("report.html", facts.FILE_REPORT()),
    ("schedule.xlsx, schedule.csv", facts.FILE_SCHEDULE()),
    ("invites/", facts.FILE_INVITES()),
    ("forms/", facts.FILE_FORMS()),
    ("unmatched.csv", facts.FILE_UNMATCHED()),
    ("result.json, inputs/", facts.FILE_RESULT()),
    ("run.json", facts.FILE_RUN()),
)


def print_summary(inputs: CycleInputs, result: Result, out: Path) -> None:
    """Print the summary to standard output, with bold headings on a terminal."""
    for line in summary_lines(inputs, result, out):
        heading = bool(line) and not line.startswith(" ")
        typer.echo(typer.style(line, bold=True) if heading else line)


def summary_lines(inputs: CycleInputs, result: Result, out: Path) -> Iterator[str]:
    """Yield the lines of the summary; lines without indentation are headings."""
    view = present_plan(inputs.roster, inputs.cycle, result, TEXTS)
    wishes = {coachee.id: coachee.prefers for coachee in inputs.roster.coachees}
    yield from _overview(view, result)
    yield from _heading(facts.MATCHES_AND_REASONS())
    for match in view.matches:
        yield from _match(match, wished=match.coach.id in wishes[match.coachee.id])
    if view.unmatched:
        yield from _heading(facts.WITHOUT_A_COACH())
        for entry in view.unmatched:
            yield from _unmatched(entry)
    if result.moves:
        yield from _heading(facts.CHANGES_AND_REASONS())
        yield from map(move_line, result.moves)
    if view.matches:
        yield from _heading(facts.FIRST_SESSIONS())
        yield from _first_sessions(view, result)
    for note in TEXTS.footnotes(view.territories):
        yield f"  {note}"
    yield from _heading(facts.FILES_IN(folder=str(out)))
    yield from (f"  {name:<28} {render(what)}" for name, what in _FILES)
    yield from _heading(facts.NEXT_STEPS())
    yield from _next(view, out)


def move_line(move: Move) -> str:
    """Return a one-line description of the change that a re-match made for a coachee."""
    count = len(move.sessions)
    change = facts.OTHER_TIMES(count=count) if count else describe_move(move, {})
    return render(facts.MOVE(coachee=move.coachee, change=change, because=move.reason), indent=2)


def _heading(title: Displayed) -> Iterator[str]:
    yield ""
    yield render(title)


def _overview(view: PlanViewModel, result: Result) -> Iterator[str]:
    coachees = facts.COACHEES(count=view.coachees)
    yield from _heading(facts.PLACED(cycle=view.name, count=view.placed, coachees=coachees))
    size = facts.SIZE(
        sessions=facts.SESSIONS(count=view.sessions),
        busy=len({match.coach.id for match in view.matches}),
        coaches=facts.COACHES(count=view.coaches),
        period=view.period,
    )
    yield render(size, indent=2)
    yield render(view.proof_status, indent=2)
    if result.status == "feasible":
        for one in view.levels:
            line = facts.LEVEL_VALUE(level=one.words, value=one.value, proof=one.proof_status)
            yield render(line, indent=4)


def _person(person: PersonViewModel) -> Displayed:
    return facts.PERSON(name=person.name, id=person.id, rank=person.rank, place=person.place)


def _match(match: MatchViewModel, *, wished: bool) -> Iterator[str]:
    yield render(_person(match.coachee), indent=2)
    coach = facts.WITH_COACH(
        coach=_person(match.coach), points=match.points, count=match.max_points
    )
    yield render(coach, indent=4)
    if match.repeated is not None:
        label = rule_name(RepeatRule.name)
        yield render(facts.ABOUT(about=label, statement=match.repeated), indent=4)
    because = {verdict.rule: verdict.because for verdict in match.verdicts if verdict.points}
    reasons = [because[rule] for rule in _REPORTED_RULES[not wished :] if rule in because]
    yield f"    {'; '.join(map(render, reasons[:_MAX_REASONS]))}"


def _unmatched(entry: UnmatchedViewModel) -> Iterator[str]:
    yield render(_person(entry.coachee), indent=2)
    yield render(facts.COACHES_LEFT(why=entry.why), indent=4)
    funnel = (facts.FUNNEL_STEP(rule=step.label, left=step.left) for step in entry.funnel)
    yield f"      {', '.join(map(render, funnel))}"
    if entry.remedies:
        yield render(facts.WOULD_HELP(), indent=4)
        for one in entry.remedies:
            yield render(facts.ABOUT(about=one.change, statement=one.effect), indent=6)
    else:
        yield render(facts.NOTHING_HELPS(), indent=4)
    if not entry.remedies_complete:
        yield render(SEARCH_NOT_COMPLETED(), indent=4)


def _first_sessions(view: PlanViewModel, result: Result) -> Iterator[str]:
    starts = [match.sessions[0].start for match in result.matches]
    in_order = sorted(range(len(starts)), key=starts.__getitem__)
    for place in in_order[:_MAX_FIRST_SESSIONS]:
        match = view.matches[place]
        session = match.sessions[0]
        when = render(facts.WHEN(day=session.day, hours=session.hours, zone=session.zone))
        couple = facts.COUPLE(coachee=match.coachee.name, coach=match.coach.name)
        yield f"  {when:<36} {render(couple)}"
    more = len(in_order) - _MAX_FIRST_SESSIONS
    if more > 0:
        yield render(facts.MORE_PAIRS(count=more), indent=2)


def _next(view: PlanViewModel, out: Path) -> Iterator[str]:
    folder = shlex.quote(str(out))
    examples = (view.unmatched or view.matches)[:1]
    for one in examples:
        yield f"  gender-coach explain {folder} {shlex.quote(one.coachee.id)}"
    yield f"  gender-coach check {folder}"
    yield f"  gender-coach template --out people.xlsx     {render(facts.OWN_WORKBOOK())}"
