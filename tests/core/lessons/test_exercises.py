"""The exercises: solutions pass, stubs fail, and the checks agree with core."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import davies_bouldin_score

from core.clustering import davies_bouldin
from core.lessons.exercises import EXERCISES
from core.losses import LOSSES
from tests.core.lessons.conftest import Run


def checks(name: str) -> tuple[Any, ...]:
    space: dict[str, Any] = {}
    exec(EXERCISES[name].checks, space)
    return tuple(space["CHECKS"])


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes_all_checks(run: Run, name: str) -> None:
    outcome = run(name, EXERCISES[name].solution)
    assert outcome.solved, outcome.sentence
    assert len(outcome.titles) >= 4


@pytest.mark.parametrize("name", EXERCISES)
def test_the_stub_fails_with_a_helpful_sentence(run: Run, name: str) -> None:
    outcome = run(name, EXERCISES[name].stub)
    assert outcome.passed == []
    assert "returned None" in outcome.sentence and "does every path have a return" in outcome.sentence
    assert (outcome.trace, outcome.line) == ("", 0)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("raise ValueError('x' * 50_000_000)\n", "ValueError in line 1: xxx"),
        ("def wcd(points):\n    raise TypeError('x' * 50_000_000)\n", "TypeError in line 2: xxx"),
        ("raise type('E' * 1_000_000, (Exception,), {})\n", "EEE"),
        ("def wcd(points):\n    return 'x' * 50_000_000\n", "returned 'xxx"),
        (
            "class Odd(Exception):\n    def __str__(self):\n        raise self\n\nraise Odd()\n",
            "Odd in line 5",
        ),
    ],
    ids=["at once", "when called", "a name", "a result", "no text"],
)
def test_what_an_error_says_is_bounded_as_printed_text_is(run: Run, code: str, sentence: str) -> None:
    outcome = run("wcd", code)
    assert sentence in outcome.sentence
    assert max(len(outcome.sentence), len(outcome.trace)) < 11_000  # printed text: 10,000


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_a_task_with_a_formula_and_its_hints(name: str) -> None:
    exercise = EXERCISES[name]
    assert "$$" in exercise.task and f"`{name}(" in exercise.task
    assert len(exercise.hints) >= 3 and all(hint.count("`") % 2 == 0 for hint in exercise.hints)
    assert exercise.solved.endswith(".")


@pytest.mark.usefixtures("driver")
def test_the_checks_expect_what_core_computes() -> None:
    for check in checks("contrastive_loss"):
        x1, x2, y, m = check.arguments
        points = np.array(x1 + x2, np.float64)
        labels = np.arange(len(points))
        pairs = np.arange(len(x1)), np.arange(len(x1)) + len(x1)
        labels[pairs[1]] = np.where(np.array(y) == 1, labels[pairs[0]], labels[pairs[1]])
        loss = LOSSES["contrastive_squared"].function(points, labels, margin=m, pairs=pairs)
        assert float(loss.total) == pytest.approx(check.expected)
    for check in checks("triplet_loss"):
        *parts, m = check.arguments
        points = np.array([point for part in parts for point in part], np.float64)
        places = tuple(np.arange(len(parts[0])) + i * len(parts[0]) for i in range(3))
        labels = np.repeat([0, 0, 1], len(parts[0]))
        loss = LOSSES["pair_hinge_triplet"].function(points, labels, margin=m, triplets=places)
        assert float(loss.total) == pytest.approx(check.expected)
    for check in checks("wcd"):
        (points,) = check.arguments
        index = davies_bouldin(np.array(points, np.float64), np.zeros(len(points), np.int64))
        assert index.within[0] == pytest.approx(check.expected)
    for check in checks("bcd"):
        labels = np.repeat([0, 1], [len(cluster) for cluster in check.arguments])
        index = davies_bouldin(np.array([*check.arguments[0], *check.arguments[1]], np.float64), labels)
        assert index.between[0, 1] == pytest.approx(check.expected)
    for check in checks("davies_bouldin"):
        points, labels = check.arguments
        assert davies_bouldin(np.array(points, np.float64), np.array(labels)).score == pytest.approx(
            check.expected
        )
        if len(set(labels)) < len(labels):  # scikit-learn refuses if each cluster has one point
            assert davies_bouldin_score(points, labels) == pytest.approx(check.expected)


@pytest.mark.usefixtures("driver")
@pytest.mark.parametrize("name", EXERCISES)
def test_the_slips_of_a_check_have_distinct_wrong_values(name: str) -> None:
    for check in checks(name):
        values = [check.expected, *(slip.value for slip in check.slips)]
        assert len({f"{value:.4g}" for value in values}) == len(values), check.title
