"""View models of agendas and plans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from api.coaching.curriculum import facts
from api.coaching.curriculum.catalogue import StoredModule
from api.coaching.curriculum.planning import PairSyllabus
from api.coaching.curriculum.presenters import text_of
from api.sessions import facts as session_facts
from api.sessions.rows import SessionState
from api.sessions.session_details import SessionDetails
from api.web.date_formats import format_short_date
from api.web.labels import Option
from api.web.shown_forms import FormState, Refused, ShownForm, shown_form
from coach.curriculum import Material, Module
from coach.texts.facts import Displayed, Fact


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A module on a session's agenda, with only its approved objectives."""

    title: Fact
    objectives: tuple[Fact, ...]
    before: tuple[Fact, ...]
    materials: tuple[Material, ...]


@dataclass(frozen=True, slots=True)
class PlannedSessionLine:
    """A session with the titles of its modules, as shown to a pair.

    `day` and `session_id` are those of the confirmed session with this number, if there is one.
    `length` compares the minutes of the modules with those of the session. Each module has a flag
    for whether it was covered, in this session or in another.
    """

    title: Fact
    day: Displayed
    session_id: str
    modules: tuple[tuple[Fact, bool], ...]
    length: Displayed
    too_long: bool


@dataclass(frozen=True, slots=True)
class ModuleChoice:
    """A module that can be chosen, with the number of the session it is planned for, if any.

    `comes_before` lists the prerequisites that are planned for a later session. `fault` states the
    stored value if somebody else has changed it in the meantime.
    """

    code: str
    title: Fact
    minutes: Fact
    number: str
    sensitive: bool
    retired: bool
    comes_before: str
    covered: Displayed
    fault: Displayed


def agenda_lines(modules: Iterable[Module]) -> tuple[AgendaLine, ...]:
    """Format the agenda of a session; `modules` must not contain draft objectives."""
    return tuple(map(_agenda_line, modules))


def _agenda_line(module: Module) -> AgendaLine:
    return AgendaLine(
        title=text_of(module.title),
        objectives=tuple(text_of(one.text) for one in module.objectives),
        before=tuple(map(text_of, module.before)),
        materials=module.materials,
    )


def session_options(pair: PairSyllabus) -> tuple[Option, ...]:
    """Return the options for planning a module: no session, then each session."""
    numbers = range(1, pair.syllabus.sessions + 1)
    return (
        Option("", facts.NOT_PLANNED()),
        *(Option(str(number), facts.IN_SESSION(number=number)) for number in numbers),
    )


def planned_sessions(pair: PairSyllabus) -> tuple[PlannedSessionLine, ...]:
    """Return a pair's sessions with their modules."""
    syllabus, modules = pair.syllabus, {one.code: one.module for one in pair.modules}
    confirmed = _by_number(pair.sessions)
    lines = []
    for number in range(1, syllabus.sessions + 1):
        chosen = [modules[code] for code in syllabus.modules_of(number)]
        minutes, session = sum(one.minutes for one in chosen), confirmed.get(number)
        lines.append(
            PlannedSessionLine(
                title=session_facts.TITLE(number=number, of=syllabus.sessions),
                day="" if session is None else format_short_date(session.start.date()),
                session_id="" if session is None else session.id,
                modules=tuple((text_of(one.title), one.code in syllabus.covered) for one in chosen),
                length=facts.LENGTH(minutes=minutes, of=syllabus.minutes) if chosen else "",
                too_long=minutes > syllabus.minutes,
            )
        )
    return tuple(lines)


def module_choices(
    pair: PairSyllabus, form: ShownForm
) -> tuple[list[ModuleChoice], list[ModuleChoice]]:
    """Return the modules in the pair's course or plan, and all other modules to choose from."""
    syllabus = pair.syllabus
    own: list[ModuleChoice] = []
    others: list[ModuleChoice] = []
    for stored in pair.modules:
        planned = stored.code in syllabus.plan
        if stored.retired_at is not None and not planned:
            continue
        in_course = stored.module.level is syllabus.course
        (own if planned or in_course else others).append(_choice(stored, pair, form))
    return own, others


def shown_plan(pair: PairSyllabus, refused: Refused | None) -> ShownForm:
    """Return the plan form, filled in with the stored plan or with refused input."""
    plan = {code: str(number) for code, number in pair.syllabus.plan.items()}
    if refused is not None:
        numbers = dict.fromkeys(plan, "") | dict(refused.entered.texts)
        refused = replace(refused, entered=replace(refused.entered, texts=numbers))
    words = {option.value: option.words for option in session_options(pair)}
    return shown_form(
        FormState(plan, pair.syllabus.version), refused, {one.code: words for one in pair.modules}
    )


def _choice(stored: StoredModule, pair: PairSyllabus, form: ShownForm) -> ModuleChoice:
    module, plan = stored.module, pair.syllabus.plan
    own = plan.get(module.code)
    late = [code for code in module.prerequisites if own is not None and plan.get(code, 0) > own]
    return ModuleChoice(
        code=module.code,
        title=text_of(module.title),
        minutes=facts.MINUTES(count=module.minutes),
        number=form.texts.get(module.code, ""),
        sensitive=module.sensitive,
        retired=stored.retired_at is not None,
        comes_before=", ".join(late),
        covered=_covered(pair.syllabus.covered.get(module.code, ())),
        fault=form.faults.get(module.code, ""),
    )


def _covered(numbers: Sequence[int]) -> Displayed:
    """Return text naming the sessions that covered a module; empty if there are none."""
    if not numbers:
        return ""
    return facts.COVERED_IN(
        sessions=[
            facts.IN_SESSION(number=number) if number else facts.IN_CONTRACTING()
            for number in numbers
        ]
    )


def _by_number(sessions: Iterable[SessionDetails]) -> dict[int, SessionDetails]:
    return {
        session.number: session for session in sessions if session.state is SessionState.CONFIRMED
    }
