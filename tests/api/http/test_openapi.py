"""The OpenAPI document, and problem documents for invalid requests."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from pydantic import TypeAdapter

from api.http.problem_details import MEDIA_TYPE
from api.route_modules import API_MODULES
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    from conftest import SharedServer

API = "/api/v1"


@pytest.fixture
def described(shared: SharedServer) -> dict[str, Any]:
    description: dict[str, Any] = shared.client.get(f"{API}/openapi.json").json()
    return description


def _operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.slow
def test_every_operation_has_a_description(described: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in described["tags"]}
    for name, operation in _operations(described):
        assert operation["description"].replace("\n", " ").startswith(operation["summary"]), name
        assert operation["description"].rstrip().endswith("."), name
        assert set(operation["tags"]) <= tags, name
    ids = [operation["operationId"] for _, operation in _operations(described)]
    assert len(ids) == len(set(ids))


def test_every_error_response_is_described_as_problem_document(described: dict[str, Any]) -> None:
    for name, operation in _operations(described):
        for status, answer in operation["responses"].items():
            if int(status) >= HTTPStatus.BAD_REQUEST:
                assert MEDIA_TYPE in answer["content"], (name, status)
                schema = answer["content"][MEDIA_TYPE]["schema"]
                assert schema["$ref"].endswith("/ProblemDetails"), (name, status)


def test_operations_that_need_credentials_declare_security(described: dict[str, Any]) -> None:
    open_to_all = {
        name for name, operation in _operations(described) if "security" not in operation
    }
    assert {f"GET {API}/{end}" for end in ("rules", "forms", "problems")} <= open_to_all
    assert not any("cycle" in name or "session" in name for name in open_to_all)
    assert set(described["components"]["securitySchemes"]) == {"token", "browser"}


def test_operations_with_body_describe_body_errors(
    described: dict[str, Any],
) -> None:
    for name, operation in _operations(described):
        if "requestBody" in operation:
            assert {"400", "413"} <= operation["responses"].keys(), name


def test_version_is_required_where_a_request_without_it_is_refused(
    described: dict[str, Any],
) -> None:
    required = {
        name
        for name, operation in _operations(described)
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "If-Match" and parameter["required"]
    }
    refused = {
        name for name, operation in _operations(described) if "428" in operation["responses"]
    }
    assert required == refused
    assert refused


def test_every_answer_has_a_schema_and_every_schema_its_own_title(
    described: dict[str, Any],
) -> None:
    for name, operation in _operations(described):
        for status, answer in operation["responses"].items():
            contents = answer.get("content", {}).values()
            assert all(one.get("schema") or one.get("itemSchema") for one in contents), name
            assert answer.get("content") or status in {"204", "303"}, name
    schemas = described["components"]["schemas"]
    titles = [schema.get("title", name) for name, schema in schemas.items()]
    assert sorted(titles) == sorted(set(titles))


def _contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each media type of the body and the successful responses, with its description."""
    answers = [one for status, one in operation["responses"].items() if status < "300"]
    for described in (operation.get("requestBody", {}), *answers):
        yield from described.get("content", {}).items()


def _examples(content: dict[str, Any]) -> list[object]:
    if "example" in content:
        return [content["example"]]
    return [example["value"] for example in content["examples"].values()]


def test_every_body_and_answer_has_an_example_that_fits_its_schema(
    described: dict[str, Any],
) -> None:
    schemas, examples = {}, {}
    for name, operation in _operations(described):
        for media_type, content in _contents(operation):
            if media_type != "text/event-stream":
                for number, example in enumerate(_examples(content)):
                    key = f"{name}, {media_type}, {number}"
                    schemas[key], examples[key] = content["schema"], example
    whole = {"properties": schemas, "components": described["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    faults = [(list(one.instance_path), one.message) for one in validator.iter_errors(examples)]
    assert not faults
    assert len(examples) > 200


def test_the_application_accepts_every_example_of_a_body(described: dict[str, Any]) -> None:
    accepted = 0
    for route in (r for module in API_MODULES for router in module.ROUTERS for r in router.routes):
        for method in route.methods:
            operation = described["paths"].get(route.path, {}).get(method.lower(), {})
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                if media_type.endswith("json"):
                    model = TypeAdapter(route.body_field.field_info.annotation)
                    for example in _examples(content):
                        model.validate_python(example)
                        accepted += 1
    assert accepted > 80


def test_unsupported_method_lists_allowed_methods(shared: SharedServer) -> None:
    answer = shared.client.patch(f"{API}/rules")
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert answer.headers["allow"] == "GET"
    assert answer.headers["content-type"] == MEDIA_TYPE
    trace = shared.client.request("TRACE", f"{API}/rules")
    assert trace.status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_openapi_document_describes_only_the_api(described: dict[str, Any]) -> None:
    assert all(path.startswith(API) for path in described["paths"])


def test_every_problem_type_is_listed(shared: SharedServer) -> None:
    kinds = shared.client.get(f"{API}/problems").json()
    assert {"unusable-input", "not-found", "conflict"} <= {kind["slug"] for kind in kinds}


def test_malformed_request_reports_fields_without_values(shared: SharedServer) -> None:
    bearer = {"Authorization": f"Bearer {shared.world.manager_token()}"}
    answer = shared.client.post(
        f"{API}/me/credentials", json={"label": "", "days": "confidential"}, headers=bearer
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.headers["content-type"] == MEDIA_TYPE
    faults = answer.json()["faults"]
    assert [(fault["file"], fault["column"]) for fault in faults] == [
        ("body", "label"),
        ("body", "days"),
    ]
    assert "confidential" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", HTTPStatus.NOT_FOUND),
        ("DELETE", "/rules", HTTPStatus.METHOD_NOT_ALLOWED),
        ("GET", "/cycles", HTTPStatus.UNAUTHORIZED),
    ],
)
def test_framework_errors_are_problem_documents(
    shared: SharedServer, method: str, path: str, status: HTTPStatus
) -> None:
    bearer = {"Authorization": "Bearer wrong"}
    answer = shared.client.request(method, f"{API}{path}", headers=bearer)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["status"] == status


def test_faults_in_both_files_are_located(shared: SharedServer) -> None:
    world = shared.world
    cycle_id = world.cycle()
    bearer = {"Authorization": f"Bearer {world.manager_token()}"}
    path = f"{API}/cycles/{cycle_id}/people"
    before = shared.client.get(path, headers=bearer).json()
    files = {
        "coachees": ("my coachees.csv", b"id,name,ages\nC-1,Somebody,40\n"),
        "coaches": ("coaches.xlsx", b"PK\x03\x04 no workbook"),
    }
    answer = shared.client.put(path, files=files, headers=bearer | ANY_VERSION)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    faults = answer.json()["faults"]
    assert {fault["file"] for fault in faults} == {"my coachees.csv", "coaches.xlsx"}
    assert ("my coachees.csv", 1, "ages") in {
        (fault["file"], fault["row"], fault["column"]) for fault in faults
    }
    assert shared.client.get(path, headers=bearer).json() == before


def test_policy_with_unknown_person_is_rejected(shared: SharedServer) -> None:
    world = shared.world
    cycle_id = world.cycle()
    bearer = {"Authorization": f"Bearer {world.manager_token()}"}
    path = f"{API}/cycles/{cycle_id}/policy"
    text = b"[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n[pins]\nC-77 = 'K-1'\n"
    answer = shared.client.put(path, content=text, headers=bearer | ANY_VERSION)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = answer.json()["faults"]
    assert (fault["row"], fault["column"]) == (5, "pins.C-77")
    assert shared.client.get(path, headers=bearer).json()["pins"] == {}


def test_uploads_are_described_as_files(described: dict[str, Any]) -> None:
    operation = described["paths"][f"{API}/cycles/{{cycle_id}}/people"]["put"]
    (content,) = operation["requestBody"]["content"].values()
    name = content["schema"]["$ref"].rpartition("/")[2]
    fields = described["components"]["schemas"][name]["properties"]
    assert {field["format"] for field in fields.values()} == {"binary"}


def test_policy_is_replaced_by_all_settings_as_json(shared: SharedServer) -> None:
    world = shared.world
    bearer = {"Authorization": f"Bearer {world.manager_token()}"} | ANY_VERSION
    path = f"{API}/cycles/{world.cycle()}/policy"
    days = {"name": "Spring", "start": "2027-01-18", "end": "2027-07-16"}
    settings = {"cycle": days, "sessions": {"count": 5}}
    assert shared.client.put(path, json=settings, headers=bearer).is_success
    stored = shared.client.get(path, headers=bearer).json()
    assert (stored["sessions"]["count"], stored["cycle"]["name"]) == (5, "Spring")
    wrong = shared.client.put(path, json=settings | {"session": {}}, headers=bearer)
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "session" in wrong.json()["faults"][0]["column"]
