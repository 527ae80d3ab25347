"""Failures of background tasks, as stored by this and earlier versions."""

from api.background import facts
from api.background.task_failure import (
    TaskFailure,
    erased_failure,
    read_failure,
    stored_failure,
)
from api.error_mapping import INTERNAL_ERROR
from api.organisation import Organisation
from api.texts.catalogues import renderer
from coach.texts.renderer import english

STORED_BY_EARLIER_VERSION = {
    "slug": "impossible-pins",
    "title": "A pin cannot be honoured",
    "detail": "C-1 = K-1: no common language",
}


def test_a_failure_is_unchanged_after_storing_and_reading() -> None:
    stored = stored_failure(INTERNAL_ERROR, facts.WENT_DOWN["run"](count=5))
    assert stored.keys() == {"slug", "fact"}
    failure = read_failure(stored)
    assert failure.slug == "our-fault"
    assert english(failure.title) == "Something went wrong on the server"
    assert english(failure.detail).startswith("the server went down 5 times during this run;")


def test_a_failure_stored_as_text_is_shown_as_it_is() -> None:
    failure = read_failure(STORED_BY_EARLIER_VERSION)
    assert failure.rendered(renderer(Organisation(), "en")) == TaskFailure(
        **STORED_BY_EARLIER_VERSION
    )


def test_the_title_of_a_failure_stored_as_text_is_translated() -> None:
    failure = read_failure(STORED_BY_EARLIER_VERSION).rendered(renderer(Organisation(), "en-XA"))
    assert isinstance(failure.title, str)
    assert failure.title.startswith("[Á ṕíń ćáńńóť")
    assert STORED_BY_EARLIER_VERSION["detail"] in str(failure.detail)


def test_an_obsolete_title_is_kept() -> None:
    failure = read_failure({"slug": "of-old", "title": "Old title", "detail": "why"})
    assert english(failure.title) == "Old title"


def test_an_erased_failure_keeps_only_its_kind() -> None:
    stored = stored_failure(INTERNAL_ERROR, facts.CRASHED(reason="C-1"))
    erased = erased_failure(stored, "(erased)")
    assert "C-1" not in str(erased)
    assert english(read_failure(erased).detail) == "(erased)"
    assert erased_failure(STORED_BY_EARLIER_VERSION, "x") == STORED_BY_EARLIER_VERSION | {
        "detail": "x"
    }


def test_the_json_schema_of_a_failure_contains_only_text() -> None:
    properties = TaskFailure.model_json_schema()["properties"]
    assert {one["type"] for one in properties.values()} == {"string"}
