"""docs/architecture.md shows the rooms as they are, rooms and files import each other in no circle, and no file or
function is too long to be read in one go."""

import ast
import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.test_imports import file_of, modules_of

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENT = (PROJECT / "docs" / "architecture.md").read_text("utf-8")
LONGEST_FILE, LONGEST_FUNCTION = 300, 50  # .oxlintrc.json has the same for JavaScript

Graph = Mapping[str, set[str]]


def room_of(module: str) -> str | None:
    """core.losses.base -> losses; pages.ui.runs.picture -> ui.runs; a page itself lies in none."""
    parts = module.split(".")
    if parts[0] == "core" and len(parts) > 1:
        return parts[1]
    return f"ui.{parts[2]}" if parts[:2] == ["pages", "ui"] and len(parts) > 2 else None


def imports(tree: Path) -> dict[str, set[str]]:
    """File -> the files of core and pages that it imports, those for types alone too."""
    graph: dict[str, set[str]] = {}
    for folder in ("core", "pages"):
        for _, name, imported in modules_of(tree, folder):
            own = name.removesuffix(".__init__")
            found = {file_of(tree, module) for module in imported if module.startswith(("core.", "pages."))}
            graph[own] = found - {own}
    return graph


def rooms(files: Graph) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for name, imported in files.items():
        if (own := room_of(name)) is not None:
            found = {room for module in imported if (room := room_of(module)) is not None}
            graph.setdefault(own, set()).update(found - {own})
    return graph


def circle(graph: Graph) -> list[str]:
    """The members of a circle; nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def without_detours(graph: Graph) -> dict[str, set[str]]:
    """Each room's arrows but for those to rooms that another of its arrows leads to as well."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        to_do = list(graph.get(start, ()))
        while to_do:
            if (room := to_do.pop()) not in found:
                found.add(room)
                to_do += graph.get(room, ())
        return found

    return {
        room: {to for to in others if not any(to in reached(other) for other in others - {to})}
        for room, others in graph.items()
        if others
    }


def drawn(text: str) -> dict[str, set[str]]:
    """The arrows `a --> b & c` of the picture."""
    found = re.findall(r"^ +([\w.]+) --> (.+)$", text, re.MULTILINE)
    return {room: set(others.split(" & ")) for room, others in found}


def test_no_files_and_no_rooms_import_each_other_in_a_circle() -> None:
    files = imports(PROJECT)
    assert len(files) > 200
    # a package that hands on what its own files have is not circular for that: they do not import it
    assert circle(files) == []
    assert circle(rooms(files)) == []


def test_the_picture_has_the_arrows_that_the_imports_have() -> None:
    expected = without_detours(rooms(imports(PROJECT)))
    arrows = "\n".join(f"    {room} --> {' & '.join(sorted(to))}" for room, to in sorted(expected.items()))
    assert drawn(DOCUMENT) == expected, f"the arrows are:\n{arrows}"


def test_every_room_is_in_a_table_and_says_what_lives_there() -> None:
    graph = rooms(imports(PROJECT))
    told = {
        name
        for line in DOCUMENT.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([\w.]+)`", line.split("|")[1])
    }
    assert told == {room.removeprefix("ui.") for room in graph} - {"__init__"}
    for folder in (*(PROJECT / "core").iterdir(), *(PROJECT / "pages" / "ui").iterdir()):
        if folder.is_dir() and folder.name != "__pycache__":
            assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))), folder


def test_each_step_of_a_runs_way_is_where_the_table_says() -> None:
    steps = re.findall(r"`((?:pages|core|assets)/[\w/.]+)`: ((?:`\w+`(?:, )?)+)", DOCUMENT)
    assert len(steps) > 12
    for path, names in steps:
        text = (PROJECT / path).read_text("utf-8")
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"\b(def|class) {name}\b", text), f"{path} has no {name}"


def long_ones(files: Iterable[Path]) -> list[str]:
    found = []
    for file in files:
        text = file.read_text("utf-8")
        if (lines := text.count("\n")) > LONGEST_FILE:
            found.append(f"{file}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found.append(f"{file}: {node.name} has {length} lines")
    return found


def test_no_file_is_longer_than_300_lines_and_no_function_than_50() -> None:
    folders = ("core", "pages", "tests", "benchmarks", "assets")
    files = [
        *PROJECT.glob("*.py"),
        *(file for folder in folders for file in (PROJECT / folder).rglob("*.py")),
    ]
    assert len(files) > 400
    assert long_ones(files) == []


def test_what_is_too_long_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n" * 301, "utf-8")
    (tmp_path / "b.py").write_text("def f():\n" + "    x = 1\n" * 50, "utf-8")
    (tmp_path / "c.py").write_text("def f():\n" + "    x = 1\n" * 49 + "x = 1\n" * 250, "utf-8")
    found = long_ones(sorted(tmp_path.iterdir()))
    assert [line.rpartition("/")[2] for line in found] == ["a.py: 301 lines", "b.py: f has 51 lines"]


@pytest.mark.parametrize(
    ("graph", "found"), [({"a": {"b"}, "b": {"c"}, "c": {"a"}}, True), ({"a": {"b", "c"}, "b": {"c"}}, False)]
)
def test_a_circle_is_found(graph: Graph, found: bool) -> None:
    assert bool(circle(graph)) == found


def test_an_arrow_that_another_way_replaces_is_not_drawn() -> None:
    assert without_detours({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}}
