"""The drafts for the controller in docs/privacy agree with the application."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

import pytest
import typer
from limits import RateLimitItem
from pydantic import BaseModel
from sqlalchemy import JSON, LargeBinary, Text

from api.accounts.oidc.settings import IdentityProvider
from api.app import PERMISSIONS
from api.background.queue import migrate_job_tables
from api.cli import build_application
from api.cli.command_table import COMMANDS
from api.consent.texts import TextVariables
from api.database import schema
from api.database.engine import Database
from api.database.schema import METADATA
from api.database.table_copy import job_tables
from api.mail.settings import MailSettings, ReplySettings
from api.organisation import Organisation
from api.settings import Settings
from api.tables import TABLES
from coach.intake.columns import COLUMNS, PeopleKind

if TYPE_CHECKING:
    from sqlalchemy import Table

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "privacy"
PAPERS = sorted(path.name for path in FOLDER.glob("*.md"))
MARK = "> **Draft, to be approved by the controller.**"
OPEN = "to be checked by the controller"
SETTING = re.compile(r"`((?:GENDER_COACH_|DATABASE_URL)\w*)`")
COMMAND = re.compile(r"`gender-coach ([^`]+)`")
ROUTE = re.compile(r"`(GET|PUT|POST|DELETE) (/[^`]+)`")
CONSTANT = re.compile(r"`((?:api|coach|matching)/[\w/]+)\.py:(\w+)`")
MODULE = re.compile(r"`((?:api|coach|matching)/[\w/]+\.py)`")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CITATION = re.compile(
    r"(?:Articles?|Recitals?) \d+(?:\(\w+\))*(?:(?:,| and| or| to) \d+(?:\(\w+\))*)*"
    r"|Regulation \(EU\) \d+/\d+|Guidelines \d+/\d+|Guidelines WP \d+"
)
TENS = re.compile(r"\b(?:ten|twelve|\w+teen|\w*(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)y"
                  r"|hundred|thousand)\b")  # fmt: skip
HOURS_TO_NOTIFY = 72  # Article 33(1)
NETWORK_MODULES = {
    *("aiohttp", "authlib", "ftplib", "http.client", "httpx", "httpx2", "logging.handlers"),
    *("imap_tools", "imaplib"),
    *("requests", "smtplib", "socket", "ssl", "urllib.request", "urllib3", "websockets"),
}
LISTENING = {"api/cli/serve.py"}


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _section(name: str, heading: str) -> str:
    """Return the part of a document below a heading, up to the next heading."""
    after = _text(name).partition(f"\n## {heading}\n")[2]
    assert after
    return after.partition("\n## ")[0]


def _rows(section: str) -> list[list[str]]:
    """Return the cells in the rows of a section's first table, without its header."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return rows[2:]


def _statements(name: str) -> Iterator[str]:
    """Yield each paragraph, list item and table row."""
    block: list[str] = []
    for line in [*_text(name).splitlines(), ""]:
        if line.startswith(("|", "- ", "#")) or re.match(r"\d+\. ", line) or not line.strip():
            yield from filter(None, [" ".join(block)])
            block = []
        if line.strip() and not line.startswith("#"):
            block.append(re.sub(r"^\d+\. ", "", line.strip()))


def _settings(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, object]]:
    """Yield the name of each setting in a model with its default value."""
    for name, field in model.model_fields.items():
        parts: dict[str, type[BaseModel]] = {
            "deployment": Organisation,
            "mail": MailSettings,
            "replies": ReplySettings,
            "oidc": IdentityProvider,
        }
        if prefix == "GENDER_COACH_" and name in parts:
            yield from _settings(parts[name], f"{prefix}{name.upper()}__")
        else:
            yield str(field.validation_alias or f"{prefix}{name.upper()}"), field.default


SETTINGS = dict(_settings(Settings, "GENDER_COACH_"))


def _numbers(value: object) -> set[int]:
    """Return the numbers that may state a value in a text: a period in days, hours or minutes."""
    if isinstance(value, timedelta):
        return {
            value // unit
            for unit in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
            if value and value % unit == timedelta(0)
        }
    if isinstance(value, RateLimitItem):
        return {value.amount}
    return {value} if isinstance(value, int) else set()


def _constant(module: str, name: str) -> object:
    return getattr(importlib.import_module(module.replace("/", ".")), name)


@pytest.mark.parametrize("name", PAPERS)
def test_paper_is_marked_as_a_draft_below_its_title(name: str) -> None:
    title, _, rest = _text(name).partition("\n\n")
    assert title.startswith("# ")
    assert rest.startswith(MARK)


def test_every_paper_is_listed() -> None:
    listed = {target for target in LINK.findall(_text("README.md")) if "/" not in target}
    assert listed == {*PAPERS} - {"README.md"}
    assert len(listed) == 6


@pytest.mark.parametrize("name", PAPERS)
def test_settings_named_in_a_paper_exist(name: str) -> None:
    assert sorted({*SETTING.findall(_text(name))} - SETTINGS.keys()) == []
    assert re.findall(r"GENDER_COACH_\w+(?![\w`])", _text(name)) == []


def test_settings_of_the_consent_texts_are_in_the_papers() -> None:
    named = {*SETTING.findall(_text("README.md"))}
    texts = {f"GENDER_COACH_DEPLOYMENT__{name.upper()}" for name in Organisation.model_fields}
    variables = {
        setting
        for setting in SETTINGS
        if setting.rpartition("__")[2].lower() in TextVariables._fields
        or setting.removeprefix("GENDER_COACH_").lower() in TextVariables._fields
    }
    assert len(variables) == len(TextVariables._fields)
    assert variables - texts == {"GENDER_COACH_RETENTION_DAYS"}
    assert variables <= named
    reference = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    guide = (ROOT / "docs/how-to/tell-people-what-is-private.md").read_text(encoding="utf-8")
    for document in (reference, guide):
        assert sorted(setting for setting in variables if f"`{setting}`" not in document) == []
    for name in TextVariables._fields:
        assert f"`{{{{ {name} }}}}`" in guide


@pytest.mark.parametrize("name", PAPERS)
def test_commands_named_in_a_paper_exist_with_their_options(name: str) -> None:
    for written in COMMAND.findall(_text(name)):
        command, *words = written.split()
        assert command in COMMANDS, written
        known = typer.main.get_command(build_application(command))
        options = {option for each in known.commands[command].params for option in each.opts}  # type: ignore[attr-defined]
        assert [word for word in words if word.startswith("--") and word not in options] == []
        module, _, function = COMMANDS[command][0].partition(":")
        hints = get_type_hints(getattr(importlib.import_module(module), function)).values()
        enums = [hint for hint in hints if isinstance(hint, type) and issubclass(hint, Enum)]
        choices = {member.value for enum in enums for member in enum}
        actions = [word for word in words if word.islower() and not word.startswith("--")]
        assert [action for action in actions if action not in choices] == []


@pytest.mark.parametrize("name", PAPERS)
def test_routes_and_tests_named_in_a_paper_exist(name: str) -> None:
    assert [route for route in ROUTE.findall(_text(name)) if route not in PERMISSIONS] == []
    for file, test in TEST.findall(_text(name)):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAPERS)
def test_figures_in_a_paper_are_values_of_the_settings_and_constants_it_names(name: str) -> None:
    for statement in _statements(name):
        known = {HOURS_TO_NOTIFY} if "Article 33" in statement else set()
        for setting in SETTING.findall(statement):
            known |= _numbers(SETTINGS[setting])
        for module, constant in CONSTANT.findall(statement):
            known |= _numbers(_constant(module, constant))
        prose = CITATION.sub("", re.sub(r"`[^`]*`|\]\([^)]*\)", "", statement))
        figures = {int(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*", prose)}
        assert sorted(figures - known) == [], statement
        assert TENS.findall(prose) == [], "write numbers as digits"


@pytest.mark.parametrize("name", PAPERS)
def test_links_of_a_paper_lead_to_files_and_headings(name: str) -> None:
    for target in LINK.findall(_text(name)):
        path, _, anchor = target.partition("#")
        text = (FOLDER / (path or name)).resolve().read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        slugs = {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-")
                 for each in headings}  # fmt: skip
        assert not anchor or anchor in slugs, target


def _described(section: str) -> list[str]:
    """Return the names in the first column of a table, and check that no cell is empty."""
    rows = _rows(_section("record-of-processing.md", section))
    assert [row for row in rows if not all(row)] == []
    return [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]


PERSONAL = "Database tables with personal data"
IMPERSONAL = "Database tables without personal data"


def test_every_database_table_is_described_once_in_the_record_of_processing() -> None:
    assert TABLES
    described = _described(PERSONAL) + _described(IMPERSONAL)
    assert sorted(described) == sorted(METADATA.tables)


def _can_hold_personal_data(table: Table) -> bool:
    """Return whether a table refers to other rows, or has a column for documents or long texts."""
    return bool(table.foreign_keys) or any(
        isinstance(column.type, JSON | Text | LargeBinary) for column in table.columns
    )


def test_table_that_can_hold_personal_data_is_not_described_as_one_without() -> None:
    found = [
        name for name in _described(IMPERSONAL) if _can_hold_personal_data(METADATA.tables[name])
    ]
    assert found == []


def test_every_table_of_the_job_engine_is_described_in_the_record_of_processing(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/jobs.sqlite"
    database = Database(url)
    schema.migrate(database)
    migrate_job_tables(url)
    with database.engine.connect() as connection:
        names = sorted(job_tables(connection))
    database.close()
    assert sorted(_described("Tables of the job engine")) == names


def test_every_column_of_the_lists_is_in_the_assessment_of_necessity() -> None:
    rows = _rows(_section("impact-assessment.md", "Necessity and proportionality"))
    assessed = [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]
    columns = {column.name for kind in PeopleKind for column in COLUMNS[kind]}
    assert sorted(assessed) == sorted(columns)


def test_every_risk_has_a_measure_with_a_test_and_says_what_remains() -> None:
    rows = _rows(_section("impact-assessment.md", "Risks and measures"))
    assert rows
    assert [row for row in rows if not all(row) or not TEST.search(row[2])] == []


def _imports(path: Path) -> set[str]:
    """Return the names of the modules that a file imports and of their top-level packages."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names | {name.partition(".")[0] for name in names}


def test_modules_that_open_connections_are_those_in_the_paper_on_processors() -> None:
    opening = {
        path.relative_to(ROOT).as_posix()
        for package in ("api", "coach", "matching")
        for path in (ROOT / package).rglob("*.py")
        if _imports(path) & NETWORK_MODULES
    }
    named = {*MODULE.findall(_section("processors.md", "Who receives data"))}
    assert named == opening - LISTENING


def test_laws_of_countries_and_territories_are_left_to_the_controller() -> None:
    rows = _rows(_section("README.md", "Which law applies"))
    assert [row[0] for row in rows] == [
        f"`{code}`" for code in ("AL", "BA", "XK", "ME", "MK", "RS")
    ]
    assert {cell for row in rows for cell in row[1:]} == {OPEN}
