"""The current settings of the deployment, without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import get_args

from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python
from sqlalchemy import make_url

from api.settings import Settings
from api.values import FrozenModel

_PREFIX, _DELIMITER = "GENDER_COACH_", "__"


class SettingSource(StrEnum):
    """The source of a setting's value."""

    ENVIRONMENT = "environment"
    DEFAULT = "default"


class SettingLine(FrozenModel):
    """A setting, identified by its environment variable.

    `value` is the value as text; `None` if the setting is not set or is a secret. `is_secret` is
    true if the setting is a secret, and `is_set` if the setting has a value.
    """

    name: str
    value: str | None
    is_secret: bool
    is_set: bool
    source: SettingSource


def setting_lines(settings: Settings) -> tuple[SettingLine, ...]:
    """Return all settings, set or not, in the order of `api.settings.Settings`."""
    return tuple(_lines(settings, _PREFIX))


def _lines(model: BaseModel, prefix: str) -> Iterator[SettingLine]:
    for name, field in type(model).model_fields.items():
        value: object = getattr(model, name)
        alias = field.validation_alias
        variable = alias if isinstance(alias, str) else prefix + name.upper()
        group = _group(field.annotation)
        if isinstance(value, BaseModel):
            yield from _lines(value, variable + _DELIMITER)
            continue
        if group is not None:
            yield from (_missing(variable + _DELIMITER + one.upper()) for one in group.model_fields)
            continue
        is_secret = isinstance(value, SecretStr) or SecretStr.__name__ in str(field.annotation)
        is_set = value not in (None, "", (), {})
        given = name in model.model_fields_set
        yield SettingLine(
            name=variable,
            value=_written(variable, value) if is_set and not is_secret else None,
            is_secret=is_secret,
            is_set=is_set,
            source=SettingSource.ENVIRONMENT if given else SettingSource.DEFAULT,
        )


def _group(annotation: object) -> type[BaseModel] | None:
    """Return the class of a group of settings, or `None` if the annotation is a single setting."""
    kinds = (annotation, *get_args(annotation))
    return next(
        (one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)), None
    )


def _missing(name: str) -> SettingLine:
    source = SettingSource.DEFAULT
    return SettingLine(name=name, value=None, is_secret=False, is_set=False, source=source)


def _written(variable: str, value: object) -> str:
    if variable == "DATABASE_URL":
        return make_url(str(value)).render_as_string(hide_password=True)
    if isinstance(value, tuple | list | frozenset):
        return ", ".join(map(str, value))
    return json.dumps(to_jsonable_python(value)) if isinstance(value, dict) else str(value)
