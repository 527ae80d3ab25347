"""The operations of the API, as described in the OpenAPI document, for display on pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation, in its path, its query or its headers."""

    name: str
    place: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response to an operation, with example text (empty for errors and files)."""

    status: int
    phrase: str
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An API operation, formatted for display.

    Attributes:
        paragraphs: the description; every second part of a paragraph is code.
        is_open: whether the operation requires no token.
        bodies: each media type of the request body, with an example as text.
        command: a command for curl.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    paragraphs: tuple[tuple[str, ...], ...]
    is_open: bool
    parameters: tuple[Parameter, ...]
    bodies: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]
    errors: tuple[Answer, ...]
    command: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A group of operations; `id` is its name in URLs."""

    id: str
    name: str
    description: str
    operations: tuple[Operation, ...]


def described_tags(document: Json) -> tuple[Tag, ...]:
    """Return the groups of operations in an OpenAPI document, in the order of the document."""
    operations = tuple(_operations(document))
    tags = (
        Tag(
            id=tag["name"].replace(" ", "-"),
            name=tag["name"],
            description=tag["description"],
            operations=tuple(one for one in operations if one.tag == tag["name"]),
        )
        for tag in document["tags"]
    )
    return tuple(tag for tag in tags if tag.operations)


def _operations(document: Json) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            answers = tuple(map(_answer, described["responses"].items()))
            bodies = tuple(_bodies(described))
            yield Operation(
                id=described["operationId"],
                method=method.upper(),
                path=path,
                tag=described["tags"][0],
                summary=described["summary"],
                paragraphs=tuple(
                    tuple(text.split("`")) for text in described["description"].split("\n\n")
                ),
                is_open="security" not in described,
                parameters=tuple(map(_parameter, described.get("parameters", ()))),
                bodies=bodies,
                answers=tuple(one for one in answers if one.status < HTTPStatus.BAD_REQUEST),
                errors=tuple(one for one in answers if one.status >= HTTPStatus.BAD_REQUEST),
                command=_command(method.upper(), path, described),
            )


def _parameter(described: Json) -> Parameter:
    return Parameter(
        name=described["name"],
        place=described["in"],
        required=described.get("required", False),
        description=described.get("description", ""),
    )


def _bodies(described: Json) -> Iterator[tuple[str, str]]:
    for media_type, content in described.get("requestBody", {}).get("content", {}).items():
        yield media_type, _example(content)


def _answer(described: tuple[str, Json]) -> Answer:
    status, answer = described
    contents = answer.get("content", {})
    example = _example(contents["application/json"]) if "application/json" in contents else ""
    return Answer(int(status), HTTPStatus(int(status)).phrase, example)


def _example(content: Json) -> str:
    value = _value(content)
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _value(content: Json) -> Any:  # noqa: ANN401 - any JSON
    if "examples" in content:
        return next(iter(content["examples"].values()))["value"]
    return content.get("example", "")


def _command(method: str, path: str, described: Json) -> str:
    """Return a command for curl, with shell variables for the server, the token and the path."""
    address = re.sub(r"\{(\w+)\}", lambda found: f"${found[1].upper()}", path)
    parts = [f'curl{"" if method in {"GET", "POST"} else f" -X {method}"} "$SERVER{address}"']
    if "security" in described:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    parts += [
        f"-H '{one['name']}: *'"
        for one in described.get("parameters", ())
        if one["in"] == "header" and one.get("required")
    ]
    contents: Json = described.get("requestBody", {}).get("content", {})
    media_type = "application/json" if "application/json" in contents else next(iter(contents), "")
    if media_type == "multipart/form-data":
        fields = _value(contents[media_type])
        parts += [f"-F {name}=@{name}.csv" for name in fields]
    elif media_type:
        text = json.dumps(_value(contents[media_type]), ensure_ascii=False)
        is_json = media_type.endswith("json")
        body = "'" + text.replace("'", "'\\''") + "'" if is_json else "@file"
        parts += [f'-H "Content-Type: {media_type}"', f"--data-binary {body}"]
    elif method == "POST":
        parts[0] = parts[0].replace("curl", "curl -X POST", 1)
    return " \\\n  ".join(parts)
