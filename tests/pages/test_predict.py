"""Predict, then reveal without a browser: nothing is trained before the guess, and the guess is kept."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from core.lessons.predictions import QUESTIONS
from core.runs import place_for, run_at
from pages.ui.state import Guess
from tests.pages.conftest import OpenPage, components

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


def guess_button(app: AppTest) -> Button:
    return next(button for button in app.button if button.label.startswith("This is my guess"))


def test_without_a_choice_nothing_is_trained(open_page: OpenPage, tmp_path: Path) -> None:
    app = open_page(PAGE)
    guess_button(app).click().run()
    assert [warning.value.startswith("Choose one") for warning in app.warning] == [True]
    assert not list((tmp_path / "runs").glob("*"))


def test_what_an_answer_leaves_over_is_counted_in_the_run_and_shown(open_page: OpenPage) -> None:
    """The run with the change is a copy of the example here."""
    question = QUESTIONS["epochs"]
    folder = place_for(question.after).folder
    shutil.copytree(run_at(question.before.key).folder, folder)
    (folder / "config.json").write_text(json.dumps(question.after.as_dict()))
    app = open_page(PAGE, question=question.title)
    app.radio[1].set_value("same")
    guess_button(app).click().run()
    assert not app.exception
    embedding = run_at(question.before.key).embedding()
    matched = {
        cluster: np.bincount(embedding.train_labels[embedding.train_clusters == cluster]).argmax()
        for cluster in range(10)
    }
    wrong = sum(
        matched[cluster] != label
        for cluster, label in zip(embedding.test_clusters, embedding.test_labels, strict=True)
    )
    (left,) = [text.value for text in app.markdown if text.value.startswith("**What is left.**")]
    assert f"{wrong:,} of 10,000 test images" in left and 100 < wrong < 1000
    drawings = [json.loads(part.proto.json or "{}").get("svg", "") for part in components(app)]
    assert [drawing.count("<image") for drawing in drawings if "Test images: " in drawing] == [4 * 12]


def test_a_run_that_was_removed_after_its_end_is_not_called_stopped(open_page: OpenPage) -> None:
    question = QUESTIONS["epochs"]
    app = open_page(PAGE, question=question.title)
    app.session_state["guesses"] = {question.name: Guess("same", "")}
    app.session_state[f"asked_{question.after.key}"] = True
    app.run()
    assert not app.exception
    assert [error.value.startswith("The run is no longer on this server") for error in app.error] == [True]


@pytest.mark.whole_training
def test_a_guess_is_kept_and_starts_the_training(open_page: OpenPage, tmp_path: Path) -> None:
    app = open_page(PAGE)
    app.radio[1].set_value("higher")
    app.text_input[0].set_value("it [pulls](x) less")
    guess_button(app).click().run()
    assert not app.exception
    question = next(iter(QUESTIONS.values()))
    assert (tmp_path / "runs" / question.after.key / "config.json").exists()
    guess = next(text.value for text in app.markdown if text.value.startswith("**Your guess:**"))
    assert "**higher**, because it \\[pulls\\]\\(x\\) less." in guess
    app.run()
    assert guess in [text.value for text in app.markdown]
