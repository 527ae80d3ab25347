"""Damaged people files and cycle files: each is read or refused with its faults, within a second.

A good file is damaged at a few places and read with its good neighbours, the way the commands and
the server read them. Calendar files are not among them: the programme writes them and reads none.
"""

from __future__ import annotations

import io
import random
import resource
import time
import zipfile
from collections import Counter
from collections.abc import Callable

from api.intake import NamedFile, combine
from api.template_workbook import template_workbook
from coach.errors import UnusableInputError
from tests.bench.figures import Figure
from tests.force.measuring import SQLITE, command, seconds

TIMES = 1_000_000
MUST = "none uncaught, none over 1 s of processor time"
_MOST_SECONDS = 1.0
_WORKBOOK_EVERY = 500  # each is read by a process of its own, which takes its time to start
_MOST_DAMAGES = 6
_SHOWN = 5

_CYCLE = b"""\
[cycle]
name = "Fuzzed"
start = 2027-01-18
end = 2027-07-16
timezone = "Europe/Belgrade"
[sessions]
count = 6
minutes = 90
min_gap_days = 21
[calendar]
blackout = ["2027-04-30..2027-05-03"]
[rules.language]
minimum_level = "B2"
groups = [["bs", "hr", "sr"]]
[rules.country]
excluded = [["RS", "XK"]]
[pins]
C-1 = "K-1"
[bans]
C-2 = ["K-1"]
[weights]
topics = 3
"""
_COACHEES = b'''\
id,name,email,country,languages,availability,unavailable,timezone,sex,birth_year,service,unit,rank,\
role,priority
C-1,A,a@b.org,RS,sr;en:B2,Mon 09:00-12:00;Wed 13:00-16:30,2027-02-01..2027-02-14,,F,1980,land,1,OF-\
5,commander,3
C-2,"Bo ""B""",b@b.org,XK,sq;en,Tue 08:00-17:00,,Europe/Belgrade,M,,navy,,CIV~OF-4,decision_maker,
'''
_COACHES = b"""\
id;name;email;country;languages;availability;capacity;max_per_day;refuses;topics;chain_of_command
K-1;Carl;c@example.org;SE;en:C1;Mon 08:00-18:00;3;2;;planning;2nd
K-2;Dora;d@example.org;HR;hr;Wed 09:00-15:00;2;;C-2;;
"""
_WORDS = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b"'''", b"\r", b"\n\n", b",", b";"),
    *(b"[", b"]]", b"{", b"=", b".", b"..", b"#", b"\\u0000", b"\xf0\x9f\x92\xa9", b"\xed\xa0\x80"),
    *(b"-1", b"0", b"1e999", b"nan", b"9" * 400, b"0x7f", b"true", b"99:99", b"24:00", b"-0"),
    *(b"0000-00-00", b"9999-12-31", b"1970-01-01..9999-12-31", b"Mon", b"OF-99", b"CIV~CIV~OF-1"),
    *(b"a" * 5000, b"[" * 600, b"=HYPERLINK(1)", "\u202e\u0130\u2028".encode(), b"ZZ", b"en:Z9"),
)

Damage = Callable[[random.Random, bytes], bytes]


def measure(times: int, database: str) -> Figure:
    """Read `times` damaged files; `database` is not needed."""
    del database
    begun = time.monotonic()
    rng = random.Random(20_270_123)
    read: Counter[str] = Counter()
    uncaught: Counter[str] = Counter()
    refused = slow = 0
    longest = 0.0
    good = (_CYCLE, _COACHEES, _COACHES, template_workbook())
    for number in range(times):
        kind, files = _damaged(rng, good, workbook=number % _WORKBOOK_EVERY == 0)
        worked = _processor_seconds()
        try:
            combine(*files)
        except UnusableInputError:
            refused += 1
        except Exception as error:  # noqa: BLE001 - to find these is what this is for
            uncaught[f"{kind}: {type(error).__name__}: {error}"[:200]] += 1
        taken = _processor_seconds() - worked
        longest, slow = max(longest, taken), slow + (taken > _MOST_SECONDS)
        read[kind] += 1
    for what, count in uncaught.most_common(_SHOWN):
        print(f"    {count} x {what}")  # noqa: T201 - what went wrong is told where it is measured
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(read.items()))
    return Figure(
        f"{times} damaged files ({told})",
        f"{uncaught.total()} uncaught, {slow} over 1 s, longest {longest:.2f} s; "
        f"{refused} refused, the others read {seconds(begun)}",
        MUST,
        not uncaught and not slow and 0 < refused < times,
    )


def _damaged(
    rng: random.Random, good: tuple[bytes, bytes, bytes, bytes], *, workbook: bool
) -> tuple[str, tuple[NamedFile, NamedFile, NamedFile]]:
    """Three files of a cycle, one of them damaged, and which kind that is."""
    cycle, coachees, coaches, both = good
    kind = "XLSX" if workbook else rng.choice(["TOML", "CSV", "CSV"])
    if kind == "TOML":
        cycle = _bytes_damaged(rng, cycle)
    elif kind == "XLSX":
        coachees = coaches = rng.choice([_bytes_damaged, _member_damaged])(rng, both)
    elif rng.random() < 0.5:
        coachees = _bytes_damaged(rng, coachees)
    else:
        coaches = _bytes_damaged(rng, coaches)
    ending = "xlsx" if workbook else "csv"
    return kind, (
        NamedFile("cycle.toml", cycle),
        NamedFile(f"coachees.{ending}", coachees),
        NamedFile(f"coaches.{ending}", coaches),
    )


def _bytes_damaged(rng: random.Random, content: bytes) -> bytes:
    """A file in which a few stretches are replaced, doubled, taken out or made to something bad."""
    for _ in range(rng.randint(1, _MOST_DAMAGES)):
        first = rng.randrange(len(content) + 1)
        last = min(len(content), first + int(rng.expovariate(0.2)))
        inside = content[first:last]
        put = rng.choice(
            [b"", inside * 2, inside[::-1], rng.randbytes(len(inside)), rng.choice(_WORDS)]
        )
        content = content[:first] + put + content[last:]
    return content


def _member_damaged(rng: random.Random, workbook: bytes) -> bytes:
    """A whole archive one of whose parts is damaged."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(packed, "w") as target:
        chosen = rng.choice(source.namelist())
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, _bytes_damaged(rng, part) if name == chosen else part)
    return packed.getvalue()


def _processor_seconds() -> float:
    """Processor time of this process and of the children it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    command("Damaged files", measure, TIMES, (SQLITE,))
