"""The mutants of a module: small faults, each planted separately."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_COUNTERPARTS = (
    ("coachee", "coach"),
    ("coachees", "coaches"),
    ("start", "end"),
    ("starts", "ends"),
    ("first", "last"),
    ("lower", "upper"),
    ("minimum", "maximum"),
    ("min", "max"),
    ("any", "all"),
    ("floor", "ceil"),
    ("row", "column"),
)
"""Parts of names that are exchanged if the resulting name is a builtin or occurs in the module."""
_NO_CODE = {"__all__", "examples"}
"""Names whose values are not mutated. The examples of rules, for instance, are tests themselves."""
_BUILTIN_PAIRS = {"min", "max", "any", "all"}


@dataclass(frozen=True)
class Mutant:
    """A fault that replaces `source[start:end]` of a file with `after`.

    `function` is the qualified name of the enclosing function or class, "" at module level.
    """

    path: str
    source: bytes
    function: str
    line: int
    start: int
    end: int
    after: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """A key that is stable as long as the changed lines are.

        It contains the path, the function, and the lines before and after the change.
        """
        first = self.source.rfind(b"\n", 0, self.start) + 1
        last = self.source.find(b"\n", self.end)
        after = self.source[first : self.start] + self.after.encode() + self.source[self.end : last]
        return self.path, self.function, _one_line(self.source[first:last]), _one_line(after)

    @property
    def mutated(self) -> bytes:
        """The source code with the fault."""
        return self.source[: self.start] + self.after.encode() + self.source[self.end :]


def mutants(path: str, source: bytes, *, table: str = "", strings: bool = False) -> list[Mutant]:
    """Return all mutants of a module that compile.

    Args:
        path: the module's path from the root of the tree.
        source: the module's source code.
        table: if given, mutate only the values of the module-level dictionary with this name.
        strings: whether to mutate strings, except docstrings.
    """
    finder = _Finder(path, source, strings=strings)
    for node in _values(finder.tree, table) if table else finder.tree.body:
        finder.visit(node)
    return [mutant for mutant in finder.found if _compiles(mutant)]


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: bytes, *, strings: bool) -> None:
        self.tree = ast.parse(source)
        self.found: list[Mutant] = []
        self._path, self._source, self._strings = path, source, strings
        self._around: list[str] = []
        self._line_starts = [0]
        for line in source.splitlines(keepends=True):
            self._line_starts.append(self._line_starts[-1] + len(line))
        self._names = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Attribute | ast.Name)
        } | _BUILTIN_PAIRS

    def _add(self, node: ast.expr | ast.stmt, *replacements: ast.AST | str) -> None:
        start = self._line_starts[node.lineno - 1] + node.col_offset
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        end = self._line_starts[node.end_lineno - 1] + node.end_col_offset
        for one in replacements:
            after = one if isinstance(one, str) else f"({ast.unparse(one)})"
            around = ".".join(self._around)
            self.found.append(
                Mutant(self._path, self._source, around, node.lineno, start, end, after)
            )

    # Nodes that are not mutated, or only in part

    def visit_Import(self, node: ast.Import) -> None: ...

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None: ...

    def visit_Assign(self, node: ast.Assign) -> None:
        if ast.unparse(node.targets[0]) not in _NO_CODE:
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and ast.unparse(node.target) not in _NO_CODE:
            self.visit(node.value)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None: ...

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add(node, "pass")

    # Definitions

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._body_of(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._body_of(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._body_of(node)

    def _body_of(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._around.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self._around.pop()

    # Statements

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring, or `...`
        self._add(node, "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, "pass")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not _is_nothing(node.value):
            self._add(node, "return None")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, "break")

    def visit_Break(self, node: ast.Break) -> None:
        self._add(node, "continue")

    def visit_If(self, node: ast.If) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    # Expressions

    def _negate(self, test: ast.expr) -> None:
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            self._add(test, ast.UnaryOp(ast.Not(), test))

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._add(node, node.body, node.orelse)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._add(test, "True")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for place, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                changed = [*node.ops]
                changed[place] = other()
                self._add(node, ast.Compare(node.left, changed, node.comparators))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        self._add(node, ast.BoolOp(other, node.values))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self._add(node, node.operand)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in _OPERATORS:
            self._add(node, ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right))
        if isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Add | ast.Sub):
            self._add(node, node.left, node.right)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for place, keyword in enumerate(node.keywords):
            if isinstance(keyword.value, ast.Constant):
                rest = [one for other, one in enumerate(node.keywords) if other != place]
                self._add(node, ast.Call(node.func, node.args, rest))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, str(not node.value))
        elif isinstance(node.value, int | float):
            self._add(node, repr(node.value + 1))
        elif isinstance(node.value, str) and self._strings:
            self._add(node, repr(f"{node.value}X"))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if self._strings:
            self._add(node, "''")

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            for other in self._counterparts(node.id):
                self._add(node, other)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        for other in self._counterparts(node.attr):
            self._add(node, f"{ast.unparse(node.value)}.{other}")
        self.generic_visit(node)

    def _counterparts(self, name: str) -> Iterator[str]:
        words = name.split("_")
        for place, word in enumerate(words):
            for pair in _COUNTERPARTS:
                if word in pair:
                    other = pair[1 - pair.index(word)]
                    changed = "_".join([*words[:place], other, *words[place + 1 :]])
                    if changed in self._names:
                        yield changed


def _values(tree: ast.Module, table: str) -> Iterator[ast.expr]:
    for statement in tree.body:
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.value, ast.Dict)
            and ast.unparse(statement.target) == table
        ):
            yield from statement.value.values


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _compiles(mutant: Mutant) -> bool:
    try:
        compile(mutant.mutated, mutant.path, "exec")
    except SyntaxError:
        return False
    return True


def _one_line(code: bytes) -> str:
    return " ".join(code.decode().split()).replace("|", "\\|").replace("`", "'")
