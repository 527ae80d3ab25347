"""Tiny random cycles, each with some of the constraints enabled."""

from __future__ import annotations

import csv
import random
from pathlib import Path

ZONES = {"RS": "Europe/Belgrade", "AL": "Europe/Tirane", "SE": "Europe/Stockholm"}
LANGUAGES = ("sq", "sr", "mk:B1", "mk:B2", "en", "bs")
DAYS = ("Mon", "Tue", "Thu")


def write(folder: Path, seed: int, *, both_roles: bool = False) -> None:
    """Write a cycle with up to five coachees and three coaches, around a clock change.

    If `both_roles` is true, some of the coaches are also coachees.
    """
    rng = random.Random(seed)
    coachees = [_coachee(rng, n) for n in range(rng.randint(3, 5))]
    coaches = [_coach(rng, n) for n in range(rng.randint(2, 3))]
    if coaches and rng.random() < 0.3:
        coachees[0]["refuses"] = coaches[0]["id"]
    if rng.random() < 0.3:
        coachees[-1]["prefers"] = coaches[-1]["id"]
    if both_roles:
        _as_one(random.Random(-seed), coachees, coaches)
    _table(folder / "coachees.csv", coachees)
    _table(folder / "coaches.csv", coaches)
    (folder / "cycle.toml").write_text(_policy(rng, coachees, coaches), encoding="utf-8")


def _as_one(
    rng: random.Random, coachees: list[dict[str, str]], coaches: list[dict[str, str]]
) -> None:
    """Make each pair of a coachee and a coach one human, by `person` or by address and name."""
    for coachee, coach in zip(coachees, coaches, strict=False):
        if rng.random() < 0.5:
            coachee["person"] = coach["person"] = f"P-{coachee['id']}"
        else:
            coachee |= {"name": "Đorđe Čolić", "email": f"{coachee['id']}@example.org"}
            coach |= {"name": "ЂОРЂЕ ЧОЛИЋ", "email": coachee["email"].upper()}
        coach["availability"] = coachee["availability"]
        coach["timezone"] = coachee["timezone"]
    for row in (*coachees, *coaches):
        row.setdefault("person", "")


def _person(rng: random.Random, identifier: str) -> dict[str, str]:
    country = rng.choice(tuple(ZONES))
    windows = []
    for day in rng.sample(DAYS, rng.choice((1, 2, 2))):
        begin = rng.choice((8, 9))
        windows.append(f"{day} {begin:02d}:00-{begin + rng.choice((2, 3)):02d}:00")
    return {
        "id": identifier,
        "name": f"Person {identifier}",
        "email": f"{identifier.lower()}@example.org",
        "country": country,
        "languages": ";".join({skill[:2]: skill for skill in rng.sample(LANGUAGES, 4)}.values()),
        "availability": "; ".join(windows),
        "unavailable": rng.choice(("", "", "2027-03-24", "2027-03-29..2027-04-02")),
        "timezone": rng.choice((ZONES[country], ZONES[country], "Europe/Athens")),
        "rank": rng.choice(("OF-5", "OF-4", "OF-3", "CIV", "CIV~OF-6", "OR-8")),
        "unit": rng.choice(("1 Brigade", " 1 brigade", "Staff", "", "", "", "")),
        "topics": rng.choice(("", "leadership", "leadership; education")),
    }


def _coachee(rng: random.Random, number: int) -> dict[str, str]:
    return _person(rng, f"C-{number:02d}") | {
        "role": rng.choice(("commander", "decision_maker")),
        "rank_sensitivity": rng.choice(("", "strict", "standard", "relaxed")),
        "uniformed_coach": rng.choice(("", "", "no", "yes")),
        "priority": rng.choice(("", "1", "2", "3")),
        "prefers": "",
        "refuses": "",
    }


def _coach(rng: random.Random, number: int) -> dict[str, str]:
    return _person(rng, f"K-{number:02d}") | {
        "capacity": str(rng.choice((0, 1, 2, 3))),
        "max_per_day": rng.choice(("", "1", "2")),
        "max_per_week": rng.choice(("", "1", "2")),
        "chain_of_command": rng.choice(("", "", "C-00", "staff")),
    }


def _policy(
    rng: random.Random, coachees: list[dict[str, str]], coaches: list[dict[str, str]]
) -> str:
    low = rng.choice((0, 1, 3))
    lines = [
        "[cycle]",
        "start = 2027-03-15",
        "end = " + rng.choice(("2027-03-26", "2027-04-02", "2027-04-09")),
        "[sessions]",
        f"count = {rng.choice((1, 2, 2, 3))}",
        f"minutes = {rng.choice((60, 90))}",
        f"min_gap_days = {low}",
        f"max_gap_days = {low + rng.choice((4, 8))}",
        f"max_per_coach_day = {rng.choice((1, 2))}",
        f"max_per_coach_week = {rng.choice((1, 2, 5))}",
        f"buffer_minutes = {rng.choice((0, 0, 30))}",
        "[calendar]",
        "public_holidays = false",
        "blackout = " + rng.choice(("[]", '["2027-03-22..2027-03-23"]')),
        "[rules.language]",
        "groups = " + rng.choice(("[]", '[["bs", "sr"]]')),
        "[rules.country]",
        'relation = "'
        + rng.choice(("any", "any", "any", "prefer-different", "different", "same"))
        + '"',
        f"minimum_cross_border_share = {rng.choice((0.0, 0.0, 0.5, 0.75))}",
    ]
    if rng.random() < 0.25:
        lines += ["[bans]", f'{coachees[0]["id"]} = ["{coaches[-1]["id"]}"]']
    if rng.random() < 0.15:
        lines += ["[pins]", f'{coachees[-1]["id"]} = "{coaches[0]["id"]}"']
    return "\n".join(lines) + "\n"


def _table(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
