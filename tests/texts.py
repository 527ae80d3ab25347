"""A renderer for English, with the default names for territories."""

from api.organisation import Organisation
from api.texts.catalogues import renderer

ENGLISH = renderer(Organisation(), "en")
