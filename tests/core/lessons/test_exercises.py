"""The exercises under CPython: what is right passes, and each typical mistake meets the check that is meant for it."""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import davies_bouldin_score

from core.clustering import davies_bouldin
from core.lessons.exercises import EXERCISES, FOLDER
from core.losses import LOSSES

Heard = list[tuple[Any, ...]]
Run = Callable[[str, str], "Outcome"]


class Outcome:
    """What a learner would be told."""

    def __init__(self, heard: Heard) -> None:
        self.titles = [str(title) for kind, *titles in heard if kind == "plan" for title in titles]
        self.passed = [number for kind, number, *_ in heard if kind == "passed"]
        self.output = "".join(text for kind, text, *_ in heard if kind == "output")
        problems = [details for kind, *details in heard if kind == "problem"]
        assert len(problems) <= 1
        self.sentence, self.trace, self.line = problems[0] if problems else ("", "", 0)

    @property
    def solved(self) -> bool:
        return not self.sentence and self.passed == list(range(len(self.titles)))


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("driver")


@pytest.fixture
def run(driver: ModuleType) -> Run:
    """Run code against the checks of an exercise, as the browser does."""

    def run(name: str, code: str) -> Outcome:
        heard: Heard = []
        driver.run(code, EXERCISES[name].checks, lambda *told: heard.append(told))
        return Outcome(heard)

    return run


def checks(name: str) -> tuple[Any, ...]:
    space: dict[str, Any] = {}
    exec(EXERCISES[name].checks, space)
    return tuple(space["CHECKS"])


# ---- right answers


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes_all_checks(run: Run, name: str) -> None:
    outcome = run(name, EXERCISES[name].solution)
    assert outcome.solved, outcome.sentence
    assert len(outcome.titles) >= 4


@pytest.mark.parametrize("name", EXERCISES)
def test_the_stub_fails_kindly(run: Run, name: str) -> None:
    outcome = run(name, EXERCISES[name].stub)
    assert outcome.passed == []
    assert "returned None" in outcome.sentence and "does every path have a return" in outcome.sentence
    assert (outcome.trace, outcome.line) == ("", 0)


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_a_task_with_a_formula_and_its_hints(name: str) -> None:
    exercise = EXERCISES[name]
    assert "$$" in exercise.task and f"`{name}(" in exercise.task
    assert len(exercise.hints) >= 3 and all(hint.count("`") % 2 == 0 for hint in exercise.hints)
    assert exercise.solved.endswith(".")


@pytest.mark.usefixtures("driver")
def test_the_checks_expect_what_the_lab_computes() -> None:
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
        if len(set(labels)) < len(labels):  # scikit-learn refuses clusters of one point each
            assert davies_bouldin_score(points, labels) == pytest.approx(check.expected)


@pytest.mark.usefixtures("driver")
@pytest.mark.parametrize("name", EXERCISES)
def test_no_two_slips_of_a_check_share_a_number_and_none_is_the_right_one(name: str) -> None:
    for check in checks(name):
        values = [check.expected, *(slip.value for slip in check.slips)]
        assert len({f"{value:.4g}" for value in values}) == len(values), check.title


# ---- wrong answers: exercise, what is replaced in the solution, the check that fails, what it says

MISTAKES = [
    ("wcd", ") / len(points)\n", ")\n", 0, "That is the sum of the distances"),
    ("wcd", "math.dist(point, centroid)", "math.dist(point, centroid) ** 2", 0, "squared distances"),
    ("wcd", "math.dist(point, centroid)", "math.dist(point, [0, 0])", 0, "to the origin"),
    ("wcd", "math.dist(point, centroid)", "math.dist(point, points[0])", 1, "to the first point"),
    (
        "wcd",
        "math.dist(point, centroid)",
        "sum(abs(a - b) for a, b in zip(point, centroid))",
        1,
        "adds 4 and 3",
    ),
    (
        "wcd",
        "    return sum(math.dist(point, centroid) for point in points) / len(points)",
        "    return math.sqrt(sum(math.dist(point, centroid) ** 2 for point in points) / len(points))",
        2,
        "root of the mean square",
    ),
    ("wcd", "math.dist(point, centroid)", "math.dist(point[:2], centroid[:2])", 3, "third coordinate"),
    ("bcd", "return math.dist(centroid(first), centroid(second))", "return 5", 1, "(1, 1), of three points"),
    (
        "bcd",
        "math.dist(centroid(first), centroid(second))",
        "math.dist(first[0], second[0])",
        0,
        "first points",
    ),
    ("bcd", "centroid(second))", "centroid(second)) ** 2", 0, "squared distance: take the root"),
    ("bcd", " / len(points)", "", 0, "sums of the points"),
    (
        "bcd",
        "math.dist(centroid(first), centroid(second))",
        "sum(math.dist(a, b) for a in first for b in second) / len(first) / len(second)",
        0,
        "mean over all pairs",
    ),
    ("contrastive_loss", "m - h", "h - m", 1, "should be 0, yours is 12. Is the sign wrong?"),
    ("contrastive_loss", "max(0, m - h)", "(m - h)", 1, "should be 0, yours is -12."),
    ("contrastive_loss", "max(0, m - h)", "max(0, m - h ** 0.5)", 2, "compared with h, the squared distance"),
    ("contrastive_loss", "max(0, m - h)", "max(0, m - h ** 0.5) ** 2", 2, "Hadsell"),
    ("contrastive_loss", "max(0, m - h)", "max(0, 1 - h)", 2, "the m that was passed"),
    ("contrastive_loss", "same * h / 2", "same * h", 0, "The half is missing."),
    ("contrastive_loss", "max(0, m - h) / 2", "max(0, m - h)", 2, "The half is missing."),
    ("contrastive_loss", "for p, q in zip(a, b))", "for p, q in zip(a, b)) ** 0.5", 0, "h is its square"),
    (
        "contrastive_loss",
        "same * h / 2 + (1 - same) *",
        "(1 - same) * h / 2 + same *",
        0,
        "Are they swapped?",
    ),
    ("contrastive_loss", "    return total / len(y)", "        return total", 3, "return inside the loop"),
    ("contrastive_loss", "total / len(y)", "total", 3, "That is the sum"),
    ("contrastive_loss", "total += same", "total = same", 3, "only the last pair"),
    ("contrastive_loss", "zip(a, b)", "zip(a[:2], b[:2])", 4, "third coordinate"),
    ("triplet_loss", "math.dist(a, p) ** 2", "math.dist(a, p)", 0, "here it is squared"),
    ("triplet_loss", "max(0, m - math.dist(a, n))", "(m - math.dist(a, n))", 0, "Outside the margin"),
    ("triplet_loss", "m - math.dist(a, n)", "math.dist(a, n) - m", 0, "Outside the margin"),
    (
        "triplet_loss",
        "total += pull + push",
        "total += max(0, math.dist(a, p) - math.dist(a, n) + m)",
        0,
        "the triplet margin loss",
    ),
    ("triplet_loss", "math.dist(a, n)) ** 2", "math.dist(a, n) ** 2) ** 2", 2, "not with its square"),
    ("triplet_loss", "math.dist(a, n)) ** 2", "math.dist(a, n))", 2, "The push is squared, too."),
    (
        "triplet_loss",
        "zip(anchors, positives, negatives)",
        "zip(anchors, negatives, positives)",
        0,
        "swapped",
    ),
    ("triplet_loss", "total / len(anchors)", "total", 4, "That is the sum"),
    ("davies_bouldin", "sum(max(", "sum(min(", 2, "smallest similarity"),
    ("davies_bouldin", "for i in range(n)) / n", "for i in range(n))", 0, "divide by their number"),
    (
        "davies_bouldin",
        "for i in range(n)) / n",
        "for i in range(n)) / len(points)",
        0,
        "clusters, not points",
    ),
    ("davies_bouldin", "(widths[i] + widths[j])", "widths[i]", 0, "both clusters in the numerator"),
    (
        "davies_bouldin",
        "sum(max(similarity(i, j) for j in range(n) if j != i) for i in range(n)) / n",
        "max(similarity(i, j) for i in range(n) for j in range(n) if j != i)",
        2,
        "largest of all",
    ),
    (
        "davies_bouldin",
        "max(similarity(i, j) for j in range(n) if j != i)",
        "sum(similarity(i, j) for j in range(n) if j != i) / (n - 1)",
        2,
        "mean over all rivals",
    ),
    (
        "davies_bouldin",
        "zip(points, assignments)",
        "zip(points, sorted(assignments))",
        1,
        "grouped by position",
    ),
    ("davies_bouldin", " if j != i", "", 0, "ZeroDivisionError in line 26"),
]


@pytest.mark.parametrize(("name", "right", "wrong", "fails", "message"), MISTAKES)
def test_a_typical_mistake_fails_the_check_meant_for_it(
    run: Run, name: str, right: str, wrong: str, fails: int, message: str
) -> None:
    assert EXERCISES[name].solution.count(right) == 1
    outcome = run(name, EXERCISES[name].solution.replace(right, wrong))
    assert outcome.passed == list(range(fails)), outcome.sentence
    assert message in outcome.sentence


# ---- answers of the wrong kind, and code that breaks


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return [3]", "returned [3], of type list. It should return one number"),
        ("return '3'", "returned '3', of type str."),
        ("return True", "returned True, of type bool."),
        ("return 3j", "of type complex."),
        ("return float('nan')", "returned nan, which is not a number"),
        ("return float('inf')", "returned inf. Something overflowed"),
        ("return 10**400", "Something overflowed"),
        ("points.append([4, 0]); return 3", "changed the lists that it was given"),
        ("points[0][0] = 3; return 3", "became ([[3, 0], [7, 0]],)"),
        ("yield 3", "of type generator."),
        ("return points[7]", "IndexError in line 2: list index out of range. The list is shorter"),
        (
            "return points[0] - points[1]",
            "TypeError in line 2: unsupported operand type(s) for -: 'list' and 'list'. ",
        ),
        ("return points[0] - points[1]", "cannot calculate with a whole list: go through its items"),
        ("return points ** 2", "cannot calculate with a whole list"),
        ("return sum(points)", "cannot calculate with a whole list"),
        ("return max(points, 3)", "cannot calculate with a whole list"),
        ("return points[0][0][0]", "That is already a single number, not a list"),
        ("return sum(points[0][0])", "That is already a single number, not a list"),
        ("sum = 0; return sum(points[0])", "overwrite a name such as sum?"),
        ("return points(0)", "Did you mean square brackets"),
        ("return 'a' + 1", "TypeError in line 2: can only concatenate str"),
        ("return 1 / 0", "ZeroDivisionError in line 2: "),
        ("return wcd(points)", "RecursionError in line 2: "),
        ("return pints", "NameError in line 2: "),
        ("import numpy.nothing", "ModuleNotFoundError in line 2: "),
        ("raise SystemExit", "SystemExit in line 2. The code exited"),
        ("exit()", "SystemExit in line 2. The code exited"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt in line 2."),
        ("return input('points?')", "input() does not work here"),
    ],
)
def test_an_answer_of_the_wrong_kind_gets_its_own_sentence(run: Run, body: str, sentence: str) -> None:
    outcome = run("wcd", f"def wcd(points):\n    {body}\n")
    assert sentence in outcome.sentence
    assert outcome.passed == []


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("def wcd():\n    return 3\n", "The function should be wcd(points), with these parameters"),
        ("def wcd(points, m):\n    return 3\n", "The function should be wcd(points), with these parameters"),
        ("def width(points):\n    return 3\n", "There is no function wcd in your code."),
        ("wcd = 3\n", "There is no function wcd in your code."),
        ("", "There is no function wcd in your code."),
    ],
)
def test_a_function_that_cannot_be_called_is_named(run: Run, code: str, sentence: str) -> None:
    outcome = run("wcd", code)
    assert sentence in outcome.sentence
    assert outcome.trace == ""


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("import math\n\ndef wcd(points)\n    return 3\n", 3),
        ("def wcd(points):\n    x = (3\n    return x\n", 2),
        ("def wcd(points):\n    x = 3\n\n      y = 3\n    return x\n", 4),
        ("def wcd(points):\nreturn 3\n", 2),
    ],
)
def test_code_that_cannot_be_read_names_its_line(run: Run, code: str, line: int) -> None:
    outcome = run("wcd", code)
    assert outcome.sentence.startswith(f"Python cannot read line {line}: ")
    assert outcome.line == line
    assert f"line {line}\n    {code.splitlines()[line - 1].strip()}\n" in outcome.trace


def test_a_traceback_shows_the_learners_own_lines_only(run: Run) -> None:
    code = "def middle(points):\n    return points[0] / 0\n\ndef wcd(points):\n    return middle([1, 2])\n"
    outcome = run("wcd", code)
    assert outcome.line == 2
    assert outcome.trace == (
        "Traceback (most recent call last):\n"
        "  line 5, in wcd\n    return middle([1, 2])\n"
        "  line 2, in middle\n    return points[0] / 0\n"
        "ZeroDivisionError: division by zero"
    )


def test_what_is_printed_is_kept_until_it_is_too_much(run: Run) -> None:
    assert (
        run("wcd", "print('one', 2)\nprint('x', end='')\n" + EXERCISES["wcd"].solution).output == "one 2\nx"
    )
    flood = run("wcd", "for i in range(10_000):\n    print(i)\n").output
    assert flood.startswith("0\n1\n2\n") and flood.endswith("(the rest of the output is not shown)\n")
    assert len(flood) < 10_100


def test_the_checks_go_on_where_the_output_is_too_much(run: Run) -> None:
    assert run("wcd", "print('x' * 20_000)\n" + EXERCISES["wcd"].solution).solved
