"""The exercises as a self-contained Jupyter notebook: tasks, stubs, hints, and the same checks."""

from core.lessons.exercises import EXERCISES, FOLDER, Exercise
from core.take_home.notebook_cells import Cell, as_notebook, code, markdown

INTRODUCTION = """# Exercises of Contrastive Lab

Run the first cell once. Each exercise has a cell for your code and a folded cell below that checks it.
Pure Python is enough: no cell needs a package."""


def notebook() -> str:
    """The notebook as a file's text (nbformat 4.5)."""
    tools = "\n\n".join(
        _without_imports((FOLDER / f"{name}.py").read_text("utf-8")) for name in ("checking", "report")
    )
    cells = [markdown("introduction", INTRODUCTION), code("tools", tools, folded=True)]
    for exercise in EXERCISES.values():
        cells += _cells(exercise)
    return as_notebook(cells)


def _cells(exercise: Exercise) -> list[Cell]:
    name = exercise.name.replace("_", "-")
    hints = [_folded(f"Hint {number}", hint) for number, hint in enumerate(exercise.hints, 1)]
    solution = _folded("Solution", f"```python\n{exercise.solution.rstrip()}\n```")
    check = f"report({exercise.name}, FUNCTION, CHECKS, ANSWER, {exercise.solved!r})"
    return [
        markdown(f"{name}-task", f"## {exercise.title}\n\n{exercise.task}"),
        code(f"{name}-code", exercise.stub),
        code(f"{name}-checks", f"{_without_imports(exercise.checks)}\n\n{check}", folded=True),
        markdown(f"{name}-help", "\n".join([*hints, solution])),
    ]


def _without_imports(code: str) -> str:
    """Cells share one namespace, and the notebook has no module `checking`."""
    return "".join(line for line in code.splitlines(True) if not line.startswith("from checking ")).strip()


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"
