"""Mutants of a module: its syntax tree with one node changed, text and types left alone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mutant", "Site", "mutant_of", "sites_of"]

Site = tuple[int, int]

COMPARISONS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}

#: Arguments that check what holds anyway, ``zip(..., strict=True)``: without them nothing changes.
CHECKS = ("strict",)


@dataclass(frozen=True)
class Mutant:
    """A module with one node changed.

    Attributes
    ----------
    path : Path
        Of the module, relative to the package.
    line : int
    before, after : str
        The node.
    tree : ast.Module
    """

    path: Path
    line: int
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before}  ->  {self.after}"


def sites_of(path: Path) -> list[Site]:
    """Every place of a module that can be changed, by its number, and every change of it."""
    tree = ast.parse(path.read_text())
    return [(k, i) for k, node in enumerate(nodes(tree)) for i in range(len(changes(node)))]


def mutant_of(path: Path, package: Path, site: Site) -> Mutant:
    """The mutant of a module, whose path is relative to the package, with one change."""
    tree = ast.parse((package / path).read_text())
    node = next(node for k, node in enumerate(nodes(tree)) if k == site[0])
    before = shortened(ast.unparse(node))
    changes(node)[site[1]]()
    ast.fix_missing_locations(tree)
    return Mutant(path, node.lineno, before, shortened(ast.unparse(node)), tree)


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are run, without errors raised, annotations, decorators and type checks."""
    if isinstance(tree, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return
    if isinstance(tree, ast.If) and "TYPE_CHECKING" in ast.unparse(tree.test):
        return
    if isinstance(tree, ast.keyword) and tree.arg in CHECKS:
        return
    yield tree
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from nodes(child)


def changes(node: ast.AST) -> list[Callable[[], None]]:
    """The ways in which a node may be changed, in place."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        return [setter(node, "ops", [COMPARISONS[type(node.ops[0])](), *node.ops[1:]])]
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        return [setter(node, "op", OPERATORS[type(node.op)]())]
    if isinstance(node, ast.BoolOp):
        return [setter(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [setter(node, "op", ast.UAdd())]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [setter(node, "operand", ast.UnaryOp(ast.Not(), node.operand))]
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return [setter(node, "value", not node.value)]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return [setter(node, "value", node.value + 1)]
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return [setter(node, "test", ast.UnaryOp(ast.Not(), node.test))]
    if isinstance(node, ast.Return) and node.value is not None and not is_none(node.value):
        return [setter(node, "value", ast.Constant(None))]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return [setter(node, "value", ast.Constant(None))]
    return []


def is_none(node: ast.expr) -> bool:
    """True of ``None``, which is no other when it is returned."""
    return isinstance(node, ast.Constant) and node.value is None


def setter(node: ast.AST, name: str, value: object) -> Callable[[], None]:
    """A change of a field."""
    return lambda: setattr(node, name, value)


def shortened(code: str) -> str:
    """The first line of some code, and not all of a long one."""
    line = code.splitlines()[0]
    return line if len(line) <= 90 else f"{line[:87]}..."
