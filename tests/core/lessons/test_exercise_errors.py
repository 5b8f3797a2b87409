"""Answers of the wrong type, code that breaks and long output: what the learner is told."""

import pytest

from core.lessons.exercises import EXERCISES
from tests.core.lessons.conftest import Run


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
def test_an_answer_of_the_wrong_type_gets_its_own_sentence(run: Run, body: str, sentence: str) -> None:
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


def test_output_is_kept_up_to_a_limit(run: Run) -> None:
    assert (
        run("wcd", "print('one', 2)\nprint('x', end='')\n" + EXERCISES["wcd"].solution).output == "one 2\nx"
    )
    flood = run("wcd", "for i in range(10_000):\n    print(i)\n").output
    assert flood.startswith("0\n1\n2\n") and flood.endswith("(the rest of the output is not shown)\n")
    assert len(flood) < 10_100


def test_the_checks_continue_after_the_output_is_cut_off(run: Run) -> None:
    assert run("wcd", "print('x' * 20_000)\n" + EXERCISES["wcd"].solution).solved
