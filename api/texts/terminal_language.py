"""Decides in which language commands address their reader.

It is the language in the environment variable, English by default. This module imports neither the
web server nor the services, so that `--help` and small commands start fast.
"""

from __future__ import annotations

import os

from api.organisation import Organisation
from api.texts.catalogues import renderer
from coach.texts.locales import ENGLISH, LOCALES
from coach.texts.renderer import Renderer

LANGUAGE_VARIABLE = "GENDER_COACH_LANGUAGE"


def terminal_renderer() -> Renderer:
    """Return the renderer for commands, in the language of the environment variable.

    A language that does not exist gives English, because the command may be the one that would
    explain the mistake.
    """
    key = os.environ.get(LANGUAGE_VARIABLE, ENGLISH.key)
    return renderer(Organisation(), key if key in LOCALES else ENGLISH.key)
