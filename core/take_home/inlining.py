"""The source of a function of this project with all that it needs, for a script that stands by itself.

Nothing is written twice: a script holds the very lines that the app trains with.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from core.settings import PROJECT
from core.take_home.folding import Facts, fold


class CannotInline(Exception):
    """The source is written in a way that cannot be taken along; the message says which."""


@dataclass
class Inlined:
    """Definitions in an order in which each comes after what it needs, and the import lines for them."""

    facts: Facts = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)  # definitions that stand before these
    imports: set[str] = field(default_factory=set)
    definitions: dict[str, str] = field(default_factory=dict)  # name -> text
    _homes: dict[str, str] = field(default_factory=dict)  # name -> module

    def add(self, module: str, name: str, methods: Iterable[str] | None = None) -> None:
        """The definition of `name` in `module` (dotted), and what it needs.

        methods: of a class, only these, those that they call, and those that Python calls itself.
        Raises CannotInline.
        """
        home = self._homes.setdefault(name, module)
        if home != module:
            if _alike(_source(home).definitions[name], _source(module).definitions[name]):
                return
            raise CannotInline(f"Both {self._homes[name]} and {module} define {name}.")
        if name in self.definitions or name in self._under_way:
            return
        self._under_way.add(name)
        source = _source(module)
        text = fold(source.definitions[name], self.facts)
        if methods is not None:
            text = _with_methods(text, set(methods))
        text = text.strip("\n")
        for used in _names(text):
            self._need(source, used, name)
        if not _alike(self.given.get(name, text), text):
            raise CannotInline(f"Another {name} stands before that of {module}.")
        if name not in self.given:
            self.definitions[name] = text

    _under_way: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """The definitions, two lines apart."""
        return "\n\n\n".join(self.definitions.values())

    def _need(self, source: "_Source", name: str, by: str) -> None:
        if name in source.definitions:
            if name != by:
                self.add(source.module, name)
        elif name in source.imported:
            module, original = source.imported[name]
            if module.split(".")[0] != "core":
                self.imports.add(_import_line(module, original, name))
            elif original != name:
                raise CannotInline(f"{source.module} imports {module} in a way that cannot be taken along.")
            else:
                self.add(module, name)
        elif name == "torch":  # put there by `fold`
            self.imports.add("import torch")


@dataclass(frozen=True)
class _Source:
    """definitions: name -> text. imported: name -> the module, and its name there (None: the module itself)."""

    module: str
    definitions: dict[str, str]
    imported: dict[str, tuple[str, str | None]]


@cache
def _source(module: str) -> _Source:
    path = PROJECT / (module.replace(".", "/") + ".py")
    if not path.exists():
        path = PROJECT / module.replace(".", "/") / "__init__.py"
    text = path.read_text("utf-8")
    lines, tree = text.splitlines(keepends=True), ast.parse(text)
    definitions: dict[str, str] = {}
    imported: dict[str, tuple[str, str | None]] = {}
    for node in tree.body:
        for name in _defined_by(node):
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
            while first > 1 and lines[first - 2].startswith("#"):
                first -= 1
            definitions[name] = "".join(lines[first - 1 : node.end_lineno])
    for part in ast.walk(tree):  # also those within functions
        if isinstance(part, ast.Import):
            for alias in part.names:
                whole = alias.name.split(".")[0]  # all that `import a.b` names
                imported[alias.asname or whole] = (alias.name if alias.asname else whole, None)
        elif isinstance(part, ast.ImportFrom) and part.module:
            for alias in part.names:
                imported[alias.asname or alias.name] = (part.module, alias.name)
    return _Source(module, definitions, imported)


def _alike(text: str, other: str) -> bool:
    """Whether two definitions are the same but for comments and spaces."""
    return ast.dump(ast.parse(text)) == ast.dump(ast.parse(other))


def _defined_by(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _import_line(module: str, original: str | None, name: str) -> str:
    if original is None:
        return f"import {module}" if module.split(".")[0] == name else f"import {module} as {name}"
    return f"from {module} import {original}" + ("" if original == name else f" as {name}")


def _names(text: str) -> list[str]:
    """The names that a text reads, in their order, each once."""
    loads = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]
    return list(
        dict.fromkeys(node.id for node in sorted(loads, key=lambda node: (node.lineno, node.col_offset)))
    )


def _with_methods(text: str, wanted: set[str]) -> str:
    """A class without the methods that nobody calls."""
    (of_class,) = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
    methods = {node.name: node for node in of_class.body if isinstance(node, ast.FunctionDef)}
    kept = {name for name in methods if name.startswith("__") or name in wanted}
    while more := {name for one in kept for name in _attributes(methods[one]) if name in methods} - kept:
        kept |= more
    lines = text.splitlines(keepends=True)
    for name, node in reversed(methods.items()):
        if name not in kept:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            del lines[first - 1 : node.end_lineno]
            while first - 2 < len(lines) and first >= 2 and lines[first - 2].strip() == "":
                del lines[first - 2]  # the blank lines before it
                first -= 1
    return "".join(lines)


def _attributes(node: ast.AST) -> set[str]:
    return {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
