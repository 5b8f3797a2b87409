"""The notebook of the exercises, executed cell by cell in an empty namespace, like in Jupyter."""

import json
import re
from typing import Any

import pytest

from core.lessons.exercises import EXERCISES
from core.take_home.exercise_notebook import notebook


def cells() -> dict[str, dict[str, Any]]:
    """The cells by id, in order."""
    content = json.loads(notebook())
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    found = {cell["id"]: cell for cell in content["cells"]}
    assert len(found) == len(content["cells"])
    return found


def execute(answers: dict[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Run all code cells with `answers` (by exercise) instead of the stubs; returns each check's output."""
    space: dict[str, Any] = {}
    printed = {}
    for name, cell in cells().items():
        if cell["cell_type"] != "code":
            continue
        exercise = name.removesuffix("-code").replace("-", "_")
        exec(answers.get(exercise, "".join(cell["source"])), space)
        printed[name] = capsys.readouterr().out
    return {exercise: printed[f"{exercise.replace('_', '-')}-checks"] for exercise in EXERCISES}


def test_solutions_pass_every_check_of_the_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    solutions = {exercise.name: exercise.solution for exercise in EXERCISES.values()}
    for name, printed in execute(solutions, capsys).items():
        assert "✗" not in printed and printed.count("✓") >= 4
        assert printed.rstrip().endswith(EXERCISES[name].solved)


def test_unchanged_stubs_get_a_message_about_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    for printed in execute({}, capsys).values():
        assert printed.startswith("✗ ") and "returned None" in printed and "✓" not in printed


def test_a_wrong_sign_gets_the_same_message_as_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = EXERCISES["contrastive_loss"].solution.replace("m - h", "h - m")
    printed = execute({"contrastive_loss": wrong}, capsys)["contrastive_loss"]
    assert printed.startswith("✓ A similar pair")
    assert "yours is 12. Is the sign wrong?" in printed


def test_each_exercise_has_its_task_and_folded_hints_and_solution() -> None:
    found = cells()
    for exercise in EXERCISES.values():
        name = exercise.name.replace("_", "-")
        assert exercise.task in "".join(found[f"{name}-task"]["source"])
        help_text = "".join(found[f"{name}-help"]["source"])
        folds = re.findall(r"<details><summary>([^<]*)</summary>\n\n", help_text)
        assert folds == [f"Hint {i + 1}" for i in range(len(exercise.hints))] + ["Solution"]
        assert exercise.solution.rstrip() in help_text
