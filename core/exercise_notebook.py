"""The exercises as a Jupyter notebook that needs nothing else: tasks, stubs, hints, and the same checks."""

import json
from typing import Any

from core.exercises import EXERCISES, FOLDER, Exercise

INTRODUCTION = """# Exercises of Contrastive Lab

Run the first cell once. After that, each exercise has a cell to write in and a folded one below that checks it.
Pure Python is enough: no cell needs a package."""

Cell = dict[str, Any]


def notebook() -> str:
    """The notebook as a file's text (nbformat 4.5)."""
    tools = "\n\n".join(
        _without_imports((FOLDER / f"{name}.py").read_text("utf-8")) for name in ("checking", "report")
    )
    cells = [_markdown("introduction", INTRODUCTION), _code("tools", tools, folded=True)]
    for exercise in EXERCISES.values():
        cells += _cells(exercise)
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _cells(exercise: Exercise) -> list[Cell]:
    name = exercise.name.replace("_", "-")
    hints = [_folded(f"Hint {number}", hint) for number, hint in enumerate(exercise.hints, 1)]
    solution = _folded("Solution", f"```python\n{exercise.solution.rstrip()}\n```")
    check = f"report({exercise.name}, FUNCTION, CHECKS, ANSWER, {exercise.solved!r})"
    return [
        _markdown(f"{name}-task", f"## {exercise.title}\n\n{exercise.task}"),
        _code(f"{name}-code", exercise.stub),
        _code(f"{name}-checks", f"{_without_imports(exercise.checks)}\n\n{check}", folded=True),
        _markdown(f"{name}-help", "\n".join([*hints, solution])),
    ]


def _without_imports(code: str) -> str:
    """All cells share one namespace; there is no module to import from."""
    return "".join(line for line in code.splitlines(True) if not line.startswith("from checking ")).strip()


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _markdown(name: str, text: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(True)}


def _code(name: str, text: str, *, folded: bool = False) -> Cell:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"jupyter": {"source_hidden": True}} if folded else {},
        "execution_count": None,
        "outputs": [],
        "source": text.rstrip().splitlines(True),
    }
