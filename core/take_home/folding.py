"""Source text with the decisions already taken: what a config settles is not asked again in its script.

Works on the text, not on the tree alone, so that comments and line breaks stay as they were written.
"""

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# What the array API and torch call by the same name, and mean alike.
_SAME = """
abs all any arange argmax argmin asarray bool clip concat cos count_nonzero exp eye float32 float64
full_like int64 isfinite log log1p logaddexp logical_and logical_not matmul maximum mean minimum ones
ones_like sign sin sqrt stack sum tanh tril triu where zeros zeros_like
"""
SAME_IN_TORCH = frozenset(_SAME.split())

Facts = Mapping[str, bool]


def fold(text: str, facts: Facts) -> str:
    """The definition in `text` (one function or class), without what `facts` settle.

    facts: expression -> whether it holds, such as {"pairs is None": True}. That an array is one of
    torch's always holds here. Left out are branches that cannot be reached, and imports within the
    definition, which belong at the top of a script.
    """
    return _folded(text, tuple(sorted(facts.items())))


@lru_cache(maxsize=500)  # a page that is drawn anew asks for the same again
def _folded(text: str, facts: tuple[tuple[str, bool], ...]) -> str:
    known = dict(facts)
    while edit := next(_edits(ast.parse(text), known), None):
        text = edit.applied_to(text)
    return text


@dataclass(frozen=True)
class _Edit:
    """From node `first` to node `last` there comes `text`, or what stands from one of the nodes `kept`
    to the other; with `whole_lines` in place of their lines, moved to their indentation."""

    first: Any
    last: Any
    text: str = ""
    kept: tuple[Any, Any] | None = None
    whole_lines: bool = False

    def applied_to(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        if self.whole_lines:
            inside = _with_comment(lines, *self.kept) if self.kept else []
            moved = textwrap.indent(textwrap.dedent("".join(inside)), " " * self.first.col_offset)
            return "".join([*lines[: self.first.lineno - 1], moved, *lines[self.last.end_lineno :]])
        content, starts = text.encode(), [0]
        for line in lines:
            starts.append(starts[-1] + len(line.encode()))

        def stretch(first: Any, last: Any) -> tuple[int, int]:
            begin = starts[first.lineno - 1] + first.col_offset
            return begin, starts[last.end_lineno - 1] + last.end_col_offset

        begin, end = stretch(self.first, self.last)
        new = content[slice(*stretch(*self.kept))] if self.kept else self.text.encode()
        return (content[:begin] + new + content[end:]).decode()


def _with_comment(lines: list[str], first: Any, last: Any) -> list[str]:
    """The lines of the nodes from `first` to `last`, and those of a comment above them."""
    begin = first.lineno - 1
    while lines[begin - 1].lstrip().startswith("#"):
        begin -= 1
    return lines[begin : last.end_lineno]


def _edits(tree: ast.Module, facts: Facts) -> Iterator[_Edit]:
    """What can be settled; after the first of them the text has to be read anew."""
    spaces = {name for node in ast.walk(tree) if (name := _namespace(node))}
    for node in ast.walk(tree):
        for part in ("body", "orelse"):
            block = getattr(node, part, None)
            if isinstance(block, list):
                is_elif = part == "orelse" and isinstance(node, ast.If) and len(block) == 1
                yield from _in_block(block, facts, is_elif)
        if isinstance(node, ast.IfExp) and (known := _known(node.test, facts)) is not None:
            chosen = node.body if known else node.orelse
            yield _Edit(node, node, kept=(chosen, chosen))
        if isinstance(node, (ast.BoolOp, ast.Compare, ast.Call)):
            if (known := _known(node, facts)) is not None:
                yield _Edit(node, node, str(known))
            elif isinstance(node, ast.BoolOp):
                yield from _without_neutral(node, facts)
            elif isinstance(node, ast.Call) and _of_namespace(node.func, spaces) == "nonzero":
                # torch gives a table where it is not asked for a tuple
                yield _Edit(node, node, f"torch.nonzero({ast.unparse(node.args[0])}, as_tuple=True)")
        if (name := _of_namespace(node, spaces)) in SAME_IN_TORCH:
            yield _Edit(node, node, f"torch.{name}")


def _in_block(block: list[ast.stmt], facts: Facts, is_elif: bool) -> Iterator[_Edit]:
    """Statements that go, and such as come up from a branch into the block."""
    for place, statement in enumerate(block):
        if isinstance(statement, ast.If) and not is_elif:
            known = _known(statement.test, facts)
            if known is not None:
                chosen = statement.body if known else statement.orelse
                kept = (chosen[0], chosen[-1]) if chosen else None
                yield _Edit(statement, statement, kept=kept, whole_lines=True)
        nested = statement.col_offset > 0
        if nested and isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield _Edit(statement, statement, whole_lines=True)
        if nested and (name := _namespace(statement)) and not _loaded(block, name):
            yield _Edit(statement, statement, whole_lines=True)
        if isinstance(statement, (ast.Return, ast.Raise)) and place + 1 < len(block):
            yield _Edit(block[place + 1], block[-1], whole_lines=True)


def _known(test: ast.expr, facts: Facts) -> bool | None:
    """Whether a condition holds; None where that is open."""
    match test:
        case ast.Constant(value=bool(value)):
            return value
        case ast.Call(func=ast.Name(id="is_torch_array")):
            return True
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _known(operand, facts)
            return None if inner is None else not inner
        case ast.BoolOp(op=op, values=values):
            parts = [_known(part, facts) for part in values]
            decisive = isinstance(op, ast.Or)
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[right]):
            opposite = facts.get(f"{ast.unparse(left)} is {ast.unparse(right)}")
            return None if opposite is None else not opposite
        case ast.Compare():
            return facts.get(ast.unparse(test))
    return None


def _without_neutral(node: ast.BoolOp, facts: Facts) -> Iterator[_Edit]:
    """`True and a` is a, `a or False` is a."""
    neutral = isinstance(node.op, ast.And)
    if _known(node.values[0], facts) is neutral:
        yield _Edit(node, node, kept=(node.values[1], node.values[-1]))
    if _known(node.values[-1], facts) is neutral:
        yield _Edit(node, node, kept=(node.values[0], node.values[-2]))


def _namespace(node: ast.AST) -> str:
    """xp, of `xp = array_namespace(...)`; else ""."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="array_namespace"))):
            return name
    return ""


def _of_namespace(node: ast.AST, spaces: set[str]) -> str:
    """sum, of `xp.sum` and of `array_namespace(x).sum`; else ""."""
    match node:
        case ast.Attribute(value=ast.Name(id=space), attr=name) if space in spaces:
            return name
        case ast.Attribute(value=ast.Call(func=ast.Name(id="array_namespace")), attr=name):
            return name
    return ""


def _loaded(block: list[ast.stmt], name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for statement in block
        for node in ast.walk(statement)
    )
