"""Problem documents: text in the reader's language, and the code and parameters of its fact."""

import httpx

from api.http.problem_details import problem_details_of
from api.http.urls import API
from api.organisation import Organisation
from api.texts.catalogues import renderer
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.intake import facts

ENGLISH = renderer(Organisation(), "en")
PSEUDO = renderer(Organisation(), "en-XA")
FAULT = InputFault("c.csv", 3, "country", facts.NOT_A_COUNTRY(value="ZZ"))


def test_a_problem_states_its_faults_as_facts_and_as_text() -> None:
    problem = problem_details_of(UnusableInputError([FAULT]), ENGLISH)
    assert problem.title == "The input cannot be used"
    assert problem.detail == "1 error in c.csv"
    assert (problem.code, problem.params) == ("input.faults", {"count": 1, "files": ["c.csv"]})
    (fault,) = problem.faults
    assert fault.message.startswith("'ZZ' is not a country code; use an ISO 3166-1 alpha-2 code")
    assert (fault.code, fault.params) == ("intake.not_a_country", {"value": "ZZ"})


def test_a_problem_is_in_the_readers_language() -> None:
    problem = problem_details_of(UnusableInputError([FAULT]), PSEUDO)
    assert problem.title.startswith("[Ťĥé íńṕúť")
    assert problem.detail.startswith("[1 éŕŕóŕ íń c.csv")
    assert problem.faults[0].message.startswith("['ZZ' íś ńóť")


def test_a_problem_without_a_fact_has_no_code() -> None:
    problem = problem_details_of(ConflictError("as written"), PSEUDO)
    assert (problem.detail, problem.code, problem.params) == ("as written", None, None)


def test_internal_errors_do_not_reveal_their_cause() -> None:
    problem = problem_details_of(ZeroDivisionError("secret"), ENGLISH)
    assert "secret" not in str(problem)
    assert problem.code == "http.internal_error"


def test_the_response_to_an_invalid_request_contains_no_text_from_pydantic(
    office: httpx.Client,
) -> None:
    answer = office.post(f"{API}/cycles/1/runs", json={"seed": "x"}).json()
    assert answer["code"] == "input.faults"
    assert {fault["code"].partition(".")[0] for fault in answer["faults"]} == {"validation"}


def test_pages_about_wrong_addresses_say_what_to_do(office: httpx.Client) -> None:
    assert "check that it is correct" in office.get("/nothing").text
    assert "go back to the page and try again" in office.put("/").text


def test_the_response_to_an_unknown_path_contains_a_fact(office: httpx.Client) -> None:
    answer = office.get(f"{API}/nothing").json()
    assert answer == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is nothing at this address; check that it is correct",
        "code": "http.nothing_here",
        "params": {},
        "faults": [],
    }
