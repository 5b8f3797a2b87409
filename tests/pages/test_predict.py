"""Predict, then reveal without a browser: nothing is trained before the guess, and the guess is kept."""

from pathlib import Path

import pytest

from core.lessons.predictions import QUESTIONS
from tests.pages.conftest import OpenPage

PAGE = "practice/predict.py"


def test_each_question_is_asked_before_anything_is_trained(open_page: OpenPage, tmp_path: Path) -> None:
    for name, question in QUESTIONS.items():
        app = open_page(PAGE, question=app_label(name))
        assert not app.exception
        words = [text.value for text in app.markdown]
        assert question.text in words and f"**Why.** {question.why}" not in words
        assert app.radio[1].value is None
    assert not list((tmp_path / "runs").glob("*"))


def app_label(name: str) -> str:
    return QUESTIONS[name].title


def test_without_a_choice_nothing_is_trained(open_page: OpenPage, tmp_path: Path) -> None:
    app = open_page(PAGE)
    app.button[0].click().run()
    assert [warning.value.startswith("Choose one") for warning in app.warning] == [True]
    assert not list((tmp_path / "runs").glob("*"))


@pytest.mark.whole_training
def test_a_guess_is_kept_and_starts_the_training(open_page: OpenPage, tmp_path: Path) -> None:
    app = open_page(PAGE)
    app.radio[1].set_value("higher")
    app.text_input[0].set_value("it [pulls](x) less")
    app.button[0].click().run()
    assert not app.exception
    question = next(iter(QUESTIONS.values()))
    assert (tmp_path / "runs" / question.after.key / "config.json").exists()
    guess = next(text.value for text in app.markdown if text.value.startswith("**Your guess:**"))
    assert "**higher**, because it \\[pulls\\]\\(x\\) less." in guess
    app.run()
    assert guess in [text.value for text in app.markdown]
