"""Chooses the language of commands: the one in an environment variable, English by default.

This module imports neither the web server nor the services, so that `--help` and small commands
start fast.
"""

from __future__ import annotations

import os

from api.organisation import Organisation
from api.texts.catalogues import renderer
from coach.texts.locales import ENGLISH, LOCALES
from coach.texts.renderer import Renderer

LANGUAGE_VARIABLE = "GENDER_COACH_LANGUAGE"


def terminal_renderer() -> Renderer:
    """Return the renderer for commands, in the language that `GENDER_COACH_LANGUAGE` names.

    The language is English if the variable has an unknown value. This is not an error here, because
    the command may be the one that reports invalid settings.
    """
    key = os.environ.get(LANGUAGE_VARIABLE, ENGLISH.key)
    return renderer(Organisation(), key if key in LOCALES else ENGLISH.key)
