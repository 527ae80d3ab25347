"""Examples of requests and responses, composed from the schemas of the OpenAPI document.

A schema's own example takes precedence, followed by its default, and then by a value that fits the
name of the field. The same names, times and identifiers are used everywhere, so that the examples
are consistent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ID, _OTHER_ID = "0f8b2c4e6a1d4e579b3c", "7d21a95be0c84f3361aa"
_MOMENT, _LATER = "2027-01-18T09:00:00Z", "2027-01-18T10:30:00Z"
_DAY, _LAST_DAY = "2027-01-18", "2027-07-16"
_ADDRESS = "anna.berg@example.org"
_BY_FORMAT = {
    "date-time": _MOMENT,
    "date": _DAY,
    "time": "09:00:00",
    "duration": "PT15M",
    "binary": "the bytes of the file",
}
_BY_NAME: Mapping[str, Any] = {
    "address": _ADDRESS,
    "availability": "Mon 09:00-12:00; Wed 13:00-16:00",
    "because": "Both speak Serbian.",
    "capacity": "3",
    "coach": "K-01",
    "coachee": "C-01",
    "code": "C01",
    "column": "email",
    "comment": "Thursdays suit me better.",
    "country": "RS",
    "cycle": "Regional cycle 2027/1",
    "cycle_name": "Regional cycle 2027/1",
    "email": _ADDRESS,
    "end": _LATER,
    "expires_at": "2027-04-18T09:00:00Z",
    "file": "coachees.csv",
    "focus": "M1",
    "join_link": "https://meet.example.org/anna",
    "key": "sessions.count",
    "language": "sr",
    "languages": "sr; en",
    "last_day": _LAST_DAY,
    "message": "The address has no @.",
    "modules_covered": "M1",
    "name": "Anna Berg",
    "needs_approval_of": "Commander of the brigade",
    "number": 1,
    "old_code": "492817",
    "old_password": "tulip anvil ferry quartz",
    "other_id": _OTHER_ID,
    "owner_role": "Chief of staff",
    "passphrase": "tulip anvil ferry quartz",
    "place": "Room 4",
    "prerequisite": "M1",
    "purpose": "Leading a mixed team",
    "rank": "OF-5",
    "reason": "They work in the same unit.",
    "rule": "language",
    "start": _MOMENT,
    "statement": "Each order says who decides, and by when.",
    "subject": "Session 1 of 6",
    "text": "We looked at two situations of the past week.",
    "timezone": "Europe/Belgrade",
    "title": "Brief the team on the new procedure",
    "topic": "Own role",
    "unit": "2nd Brigade",
    "unit_scope": "2nd Brigade",
    "until": _LATER,
    "url": "https://hr.example.org/gender-coach",
    "version": 3,
}
_BY_ENDING = (
    (("_id", "uid"), _ID),
    (("sha256",), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    (("_at", "since"), _MOMENT),
    (("_on", "day", "date"), _DAY),
    (("secret",), "3q2-7wAAAEZ4vR1sQm0bKc9LhYt5eXoP"),
)
_DEPENDENT = frozenset(
    ("absent", "because", "nap_reference", "not_before", "post_address", "sessions", "to_post")
)
"""Fields that are set only if another field has a certain value; they keep their default."""
_MAX_DEPTH = 7


@dataclass(frozen=True)
class ExampleComposer:
    """Composes examples for the schemas of an OpenAPI document.

    Attributes:
        schemas: the schemas of the document's components, keyed by name.
    """

    schemas: Mapping[str, Any]

    def example(self, schema: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:  # noqa: ANN401
        """Return an example for the schema of the field `name`."""
        for own in ("examples", "example", "const", "enum"):
            if own in schema:
                return schema[own][0] if own in {"examples", "enum"} else schema[own]
        if "$ref" in schema:
            return self.example(self.schemas[schema["$ref"].rpartition("/")[2]], name, depth + 1)
        default = schema.get("default")
        if default not in (None, "", [], {}) or (name in _DEPENDENT and "default" in schema):
            return default
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self._choice(schema[choice], name, depth)
        return self._typed(schema, name, depth)

    def _choice(self, choices: list[Mapping[str, Any]], name: str, depth: int) -> Any:  # noqa: ANN401
        filled = [one for one in choices if one.get("type") != "null"]
        if len(filled) < len(choices) and (depth > _MAX_DEPTH or name in _DEPENDENT):
            return None
        return self.example(filled[0], name, depth)

    def _typed(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:  # noqa: ANN401
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "string":
                return _text(schema, name)
            case "integer" | "number" as kind:
                return _number(schema, kind, name)
            case "boolean":
                return True
            case _:
                return None

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        values = schema.get("additionalProperties") or next(
            iter(schema.get("patternProperties", {}).values()), None
        )
        if isinstance(values, dict) and schema.get("minProperties"):
            return {"en": self.example(values, "text", depth + 1)}
        return {
            name: self.example(field, name, depth + 1)
            for name, field in schema.get("properties", {}).items()
        }

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        if "prefixItems" in schema:
            return [self.example(one, name, depth + 1) for one in schema["prefixItems"]]
        fewest = schema.get("minItems", 0)
        if depth > _MAX_DEPTH and not fewest:
            return []
        singular = name if name in _BY_NAME else name.removesuffix("s")
        one = self.example(schema.get("items", {}), singular, depth + 1)
        more = [
            f"{one[:-1]}{number}" if isinstance(one, str) else one
            for number in range(2, fewest + 1)
        ]
        return [one, *more]


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") in {"date", "date-time"}:
        last = name in {"end", "until", "last", "last_day"}
        moment = schema["format"] == "date-time"
        return (_LATER if last else _MOMENT) if moment else (_LAST_DAY if last else _DAY)
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    found = _BY_NAME.get(name)
    if not isinstance(found, str):
        endings = (value for ends, value in _BY_ENDING if name.endswith(ends))
        found = _ID if name == "id" else next(endings, name.replace("_", " ") or "any text")
    return found[: schema.get("maxLength", len(found))].ljust(schema.get("minLength", 0), "x")


def _number(schema: Mapping[str, Any], kind: str, name: str) -> float:
    found = _BY_NAME.get(name)
    number: float = found if isinstance(found, int) else 1
    number = max(number, schema.get("minimum", number), schema.get("exclusiveMinimum", 0))
    number = min(number, schema.get("maximum", number))
    return int(number) if kind == "integer" else float(number)


def add_examples(description: dict[str, Any]) -> None:
    """Add an example to each request body and each successful response that is JSON."""
    composer = ExampleComposer(description["components"]["schemas"])
    for methods in description["paths"].values():
        for operation in methods.values():
            bodies = [operation.get("requestBody", {})]
            answers = [one for status, one in operation["responses"].items() if status < "300"]
            for described in (*bodies, *answers):
                for content in described.get("content", {}).values():
                    if not {"example", "examples"} & content.keys() and "schema" in content:
                        content["example"] = composer.example(content["schema"])
