"""The notebook of the exercises, executed cell by cell in an empty namespace, as Jupyter would."""

import json
import re
from typing import Any

import pytest

from core.lessons.exercises import EXERCISES
from core.take_home.exercise_notebook import notebook


def cells() -> dict[str, dict[str, Any]]:
    """The cells by their id, in their order."""
    content = json.loads(notebook())
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    found = {cell["id"]: cell for cell in content["cells"]}
    assert len(found) == len(content["cells"])
    return found


def execute(answers: dict[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Run all code cells with `answers` (by exercise) in place of the stubs; returns what each check printed."""
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
    for name, told in execute(solutions, capsys).items():
        assert "✗" not in told and told.count("✓") >= 4
        assert told.rstrip().endswith(EXERCISES[name].solved)


def test_untouched_stubs_are_told_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    for told in execute({}, capsys).values():
        assert told.startswith("✗ ") and "returned None" in told and "✓" not in told


def test_a_wrong_sign_gets_the_same_message_as_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = EXERCISES["contrastive_loss"].solution.replace("m - h", "h - m")
    told = execute({"contrastive_loss": wrong}, capsys)["contrastive_loss"]
    assert told.startswith("✓ A similar pair")
    assert "yours is 12. Is the sign wrong?" in told


def test_each_exercise_brings_its_task_and_folded_hints_and_solution() -> None:
    found = cells()
    for exercise in EXERCISES.values():
        name = exercise.name.replace("_", "-")
        assert exercise.task in "".join(found[f"{name}-task"]["source"])
        help_text = "".join(found[f"{name}-help"]["source"])
        folds = re.findall(r"<details><summary>([^<]*)</summary>\n\n", help_text)
        assert folds == [f"Hint {i + 1}" for i in range(len(exercise.hints))] + ["Solution"]
        assert exercise.solution.rstrip() in help_text
