"""Strip a module of what only people and type checkers read."""

from __future__ import annotations

import ast

from autograder.assignment.needed_modules import for_types

_OF_TYPES = ("typing", "collections.abc")


def strip(source: str) -> str:
    """The same program without comments, docstrings, annotations, and imports of types that only
    annotations name.
    """
    tree = ast.fix_missing_locations(_Strip().visit(ast.parse(source)))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in list(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module in _OF_TYPES:
            node.names = [alias for alias in node.names if (alias.asname or alias.name) in used]
            if not node.names:
                tree.body.remove(node)
    return ast.unparse(tree) + "\n"


class _Strip(ast.NodeTransformer):
    def visit_Module(self, node: ast.Module) -> ast.AST:
        self.generic_visit(node)
        node.body = _needed(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        # A dataclass makes a field of each annotation, and only looks at whether it is `ClassVar`.
        for each in node.body:
            if isinstance(each, ast.AnnAssign) and "ClassVar" not in ast.unparse(each.annotation):
                each.annotation = ast.Constant(0)
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
        node.body = [
            each if each in fields else self.visit(each) for each in _needed(node.body)
        ] or [ast.Pass()]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        node.body = _needed(node.body) or [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], node.value)


def _needed(body: list[ast.stmt]) -> list[ast.stmt]:
    return [each for each in body if not _is_text(each) and not for_types(each)]


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is nothing but a string, such as the text below a constant."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
