"""Conversion of sentences that earlier versions stored into facts, and back."""

import json
from dataclasses import replace
from datetime import date

import pytest

from api.database.migrations import format_1
from api.database.migrations.sentence_parser import (
    CHANGES,
    EFFECTS,
    MOVES,
    PROGRESS,
    REASONS,
    SentenceParser,
)
from api.database.migrations.stored_results import StoredResults
from coach.texts.facts import LEGACY, MESSAGES, PERSON, Fact, Kind, with_labels
from matching.facts import changes, moves, names, rules
from matching.facts.names import ERASED
from matching.result import Result

LABELS = {"C-1": "Ana Example (C-1)", "K-1": "Ben: Example, Jr. (K-1)"}
COACHEES, COACHES = {LABELS["C-1"]: "C-1"}, {LABELS["K-1"]: "K-1"}
SAMPLES: dict[str, object] = {
    "text": "OF-5",
    "number": 3,
    "weekday": 4,
    "language": "sq",
    "short_date": date(2027, 1, 20),
}
NESTED = {
    "countries": rules.TWO_COUNTRIES(first="AL", second="ME"),
    "allowance": rules.RANK_ALLOWANCES["strict"](allowed=1),
    "sessions": names.SESSIONS(count=6),
    "rule": names.RULE_NAMES["unit"](),
    "reason": rules.SAME_UNIT(),
    "level": names.LEVEL_NAMES["placed"](),
    "coachees": names.COACHEES(count=4),
    "coaches": names.COACHES(count=1),
}
NOT_STORED = {"rule.reasons", "country.both", "country.two", "change.with_effect",
              "run.progress_solving_again",
              "run.progress_search_failed"}  # fmt: skip
STORED = [
    (code, prefixes)
    for prefixes in (REASONS, MOVES, CHANGES, EFFECTS, PROGRESS)
    for code in MESSAGES
    if code.startswith(prefixes) and code not in NOT_STORED
]


def sample(name: str, kind: Kind) -> object:
    if kind.item is not None:
        return ["bs", "sr"] if kind.name == "all_of" else [sample(name, kind.item)] * 2
    if kind is PERSON:
        return "C-1" if name == "coachee" else "K-1"
    if (name, kind.name) == ("level", "text"):
        return "B2"
    if name in {"first", "second", "country"}:
        return "AL"
    if name in {"start", "end"}:
        return "09:00"
    return NESTED[name] if kind.name == "fact" else SAMPLES[kind.name]


@pytest.mark.parametrize(("code", "prefixes"), STORED, ids=[code for code, _ in STORED])
def test_every_stored_sentence_is_recognised(code: str, prefixes: tuple[str, ...]) -> None:
    message = MESSAGES[code]
    fact = message(**{name: sample(name, kind) for name, kind in message.kinds.items()})
    stored_text = format_1.sentence(with_labels(fact, LABELS)).replace(
        "Wed 20 Jan 2027", "2027-01-20"
    )
    assert SentenceParser(COACHEES, COACHES).fact(stored_text, prefixes) == fact


def test_sentences_have_the_text_of_format_1_after_a_message_was_reworded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reworded = replace(changes.BAN_LIFTED, text="{coach} is not banned any more")
    monkeypatch.setitem(MESSAGES, reworded.code, reworded)
    fact = reworded(coach="K-1")
    assert format_1.sentence(fact) == "the ban on K-1 lifted"
    assert SentenceParser().fact("the ban on K-1 lifted", CHANGES) == fact


@pytest.mark.parametrize(
    ("sentence", "fact"),
    [
        (
            "OF-5 with coach OF-3, two grades junior; standard sensitivity allows two",
            rules.JUNIOR(
                coachee_rank="OF-5",
                coach_rank="OF-3",
                count=2,
                allowance=rules.RANK_ALLOWANCES["standard"](allowed=2),
            ),
        ),
        ("Montenegrin and Croatian, which this cycle counts as common",
         rules.LANGUAGE_GROUP(languages=["cnr", "hr"])),
        ("1 of 1 topics: Law", rules.COMMON_TOPICS(common=1, count=1, topics=["Law"])),
        ("(erased)", ERASED()),
        ("they are old friends", LEGACY(text="they are old friends")),
        ("both offer Klingonish", LEGACY(text="both offer Klingonish")),
    ],
)  # fmt: skip
def test_sentence_of_an_earlier_version_becomes_its_fact_or_stays_text(
    sentence: str, fact: Fact
) -> None:
    assert SentenceParser().fact(sentence, REASONS) == fact


def test_clauses_of_a_move_are_separated_even_if_they_contain_semicolons() -> None:
    parser = SentenceParser()
    country = rules.COUNTRY_RELATIONS["same"](
        countries=rules.TWO_COUNTRIES(first="AL", second="ME")
    )
    facts = [
        rules.OBJECTION(rule=names.RULE_NAMES["country"](), reason=country),
        rules.OBJECTION(rule=names.RULE_NAMES["ban"](), reason=rules.BANNED()),
        LEGACY(text="it rained"),
        moves.TIMES_AROUND_MOVED(),
    ]
    assert parser.clauses("; ".join(map(format_1.sentence, facts)), MOVES) == facts


def stored() -> StoredResults:
    people = [{"id": one, "name": label.rsplit(" (", 1)[0]} for one, label in LABELS.items()]
    return StoredResults({"coachees": people[:1], "coaches": people[1:]}, {})


def test_result_without_a_valid_roster_is_converted_by_its_sentences_and_back() -> None:
    old = {
        "format": 1, "status": "optimal", "seed": 0, "input_sha256": "", "wall_seconds": 0.5,
        "levels": [],
        "matches": [{
            "coachee": "C-1", "coach": "K-1", "points": 300, "sessions": [],
            "verdicts": [{"rule": "language", "points": 100, "weight": 3, "because": "both: sr"},
                         {"rule": "unit", "points": 100, "weight": 0, "because": "the same unit"}],
        }],
        "unmatched": [{
            "coachee": "C-1", "reason": "all-taken", "funnel": [],
            "remedies": [{"change": "Ben: Example, Jr. (K-1) takes 3 sessions a week",
                          "effect": "Ana Example (C-1) gets a coach, the other one keeps one",
                          "verified": True}],
        }],
        "moves": [{
            "coachee": "C-1", "change": "moved", "before": "K-1", "after": None,
            "because": "K-1 takes 0 coachees, had 1", "sessions": [],
        }],
    }  # fmt: skip
    value = json.loads(json.dumps(old))
    stored().result_to_facts(value)
    result = Result.model_validate_json(json.dumps(value))
    assert [one.reason for one in result.matches[0].verdicts] == [
        LEGACY(text="both: sr"),
        rules.SAME_UNIT(),
    ]
    (remedy,) = result.unmatched[0].remedies
    assert remedy.change == changes.SESSIONS_A_WEEK(coach="K-1", count=3)
    assert remedy.effect == changes.OTHER_ONE_KEEPS(coachee="C-1")
    assert result.moves[0].reason == moves.FEWER_PLACES(coach="K-1", count=0, before=1)
    stored().result_to_sentences(value)
    assert value == old
