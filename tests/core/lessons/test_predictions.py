"""The questions of Predict, then reveal: well-formed, and answered by measurement."""

import math

import pytest

from core import environment
from core.figures import FIGURES
from core.lessons.predictions import EXAMPLE, OUTCOMES, QUESTIONS, outcome, value
from core.runs import Run


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.name)
def test_a_question_changes_one_setting_and_asks_about_a_figure(question) -> None:  # type: ignore[no-untyped-def]
    before, after = question.before.as_dict(), question.after.as_dict()
    assert sum(before[name] != after[name] for name in before) == 1
    assert question.figure in FIGURES
    assert question.about.name == question.figure
    assert question.title and question.text and question.why and "## Why" not in question.text
    assert "?" in question.text


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1.0, 1.2, "higher"),
        (1.0, 0.8, "lower"),
        (1.0, 1.04, "same"),
        (1.0, 0.96, "same"),
        (0.0, 0.1, "higher"),
        (-0.2, -0.5, "lower"),
        (math.nan, 1.0, None),
        (1.0, math.nan, None),
    ],
)
def test_an_outcome_is_how_the_figure_changed(before: float, after: float, expected: str | None) -> None:
    assert outcome(before, after, 0.05) == expected
    assert expected is None or expected in OUTCOMES


def test_one_of_the_two_runs_is_shipped_and_has_the_figure() -> None:
    for question in QUESTIONS.values():
        assert EXAMPLE in (question.before, question.after)
        shipped = Run(environment.shipped_runs_folder() / EXAMPLE.key)
        assert math.isfinite(value(shipped, question.figure))
    assert value(shipped, "spread") == shipped.evaluation().figures["spread"].value


def test_there_are_questions_about_margin_dimensions_and_loss() -> None:
    def change(name: str, setting: str) -> tuple[object, object]:
        return getattr(QUESTIONS[name].before, setting), getattr(QUESTIONS[name].after, setting)

    assert change("margin", "margin") == (1.0, 0.3)
    assert change("dimensions", "embedding_dims") == (8, 2)
    assert change("loss", "loss") == ("contrastive", "contrastive_squared")
