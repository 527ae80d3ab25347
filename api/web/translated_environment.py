"""A Jinja2 environment for one language, whose templates are translated when they are compiled.

Jinja2's own extension looks up the text of `_()` and `{% trans %}` whenever a template is rendered.
Here, an environment has a single language, so texts become constants of its templates. Only texts
with a plural, whose form depends on a value, are still looked up.
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

_FUNCTIONS = frozenset({"_", "gettext"})
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class TranslatedEnvironment(Environment):
    """An environment for the language of `translations`; `options` are passed to `Environment`."""

    def __init__(self, translations: NullTranslations, **options: Any) -> None:  # noqa: ANN401 - any
        super().__init__(extensions=["jinja2.ext.i18n"], **options)
        self._translator = _Translator(translations)
        self.policies["ext.i18n.trimmed"] = True
        self.install_gettext_translations(  # type: ignore[attr-defined] # the extension's
            translations, newstyle=True
        )

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        """Generate the code of a template; a hook that Jinja2 provides for subclasses."""
        return super()._generate(self._translator.visit(source), name, filename, defer_init)


class _Translator(NodeTransformer):
    """Replaces calls that look up constant texts with the texts' translations."""

    def __init__(self, translations: NullTranslations) -> None:
        self._translations = translations

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - named by Jinja2
        """Split a text with variables, such as `{% trans %}`, into its parts and the variables."""
        node.nodes = [part for child in node.nodes for part in self._parts(child)]
        return self.generic_visit(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by Jinja2
        """Replace a text without variables, anywhere in an expression, with its translation."""
        text = self._translation(node)
        if text is None or node.kwargs:
            return self.generic_visit(node)
        return nodes.MarkSafeIfAutoescape(nodes.Const(text.replace("%%", "%")))

    def _parts(self, node: nodes.Expr) -> list[nodes.Expr]:
        text = self._translation(node)
        if text is None or not isinstance(node, nodes.Call):
            return [node]
        variables = {one.key: one.value for one in node.kwargs}
        return [
            variables[part] if number % 2 else nodes.TemplateData(part.replace("%%", "%"))
            for number, part in enumerate(_PLACEHOLDER.split(text))
        ]

    def _translation(self, node: nodes.Node) -> str | None:
        """Return the translation if `node` looks up a constant text without a plural."""
        match node:
            case nodes.Call(node=nodes.Name(name=name), args=[nodes.Const(value=str(text))]):
                return self._translations.gettext(text) if name in _FUNCTIONS else None
        return None
