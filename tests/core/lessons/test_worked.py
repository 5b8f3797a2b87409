"""A worked example equals the loss, and its printed formula evaluates to its value."""

import math
import re
from itertools import product

import numpy as np
import pytest

from core.config import RunConfig
from core.lessons.lesson_plane import LABELS, START, Triplet, hardest_triplet
from core.lessons.worked import WORKED, Line, Scene
from core.losses import LOSSES

EACH = [name for name in WORKED if LOSSES[name].takes != "batch"]
WHOLE = [name for name in WORKED if LOSSES[name].takes == "batch"]


def parameters_of(name: str, **changed: float) -> dict[str, float]:
    own = {field: value for field, value in changed.items() if field in LOSSES[name].parameters}
    return RunConfig(loss=name, **own).loss_parameters  # type: ignore[arg-type]


def of_catalogue(name: str, t: Triplet, line: Line, parameters: dict[str, float]) -> float:
    """The loss of the catalogue on the pair or triplet of the line."""
    entry = LOSSES[name]
    places = {"positive": (t.anchor, t.positive), "negative": (t.anchor, t.negative)}.get(
        line.of, (t.anchor, t.positive, t.negative)
    )
    given = {entry.takes: tuple(np.array([place]) for place in places)}
    return float(entry.function(START, LABELS, **parameters, **given).total)


def evaluate(latex: str) -> float:
    """The printed formula as arithmetic."""
    text = latex.replace(r"\left", "").replace(r"\right", "").replace(r"\;", "").replace(r"\,", "")
    text = re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"*1e\1", text)
    text = re.sub(r"e\^\{([^{}]*)\}", r"exp(\1)", text)
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    text = text.replace(r"\cdot", "*").replace(r"\max", "max").replace(r"\log", "log").replace("^2", "**2")
    text = re.sub(r"\)\s*(max|log)", r")*\1", text)
    assert re.fullmatch(r"[-+*/()., \de]*(?:(?:max|log|exp)[-+*/()., \de]*)*", text), text
    return float(eval(text, {"__builtins__": {}}, {"max": max, "log": math.log, "exp": math.exp}))  # checked


@pytest.mark.parametrize("margin", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("name", EACH)
def test_a_line_equals_the_loss_of_its_pair_or_triplet(name: str, margin: float) -> None:
    parameters = parameters_of(name, margin=margin)
    for anchor in range(len(LABELS)):
        t = hardest_triplet(START, LABELS, anchor)
        lines = WORKED[name](Scene(START, LABELS, t), parameters)
        assert [line.of for line in lines] in (["positive", "negative"], ["triplet"])
        for line in lines:
            assert line.value == pytest.approx(of_catalogue(name, t, line, parameters), abs=1e-12)


@pytest.mark.parametrize("margin", [0.2, 1.0])
@pytest.mark.parametrize("temperature", [0.1, 1.0])
@pytest.mark.parametrize("name", WHOLE)
def test_the_mean_over_all_anchors_or_pairs_is_the_loss_of_the_batch(
    name: str, temperature: float, margin: float
) -> None:
    parameters = parameters_of(
        name, margin=margin, temperature=temperature, similarity_margin=margin, weight=margin
    )
    pairs = [(i, j) for i, j in product(range(len(LABELS)), repeat=2) if i != j and LABELS[i] == LABELS[j]]
    lines = {
        (i, j): WORKED[name](Scene(START, LABELS, Triplet(i, j, 0, 0.0, 0.0)), parameters)[0]
        for i, j in pairs
    }
    of = {line.of for line in lines.values()}
    assert len(of) == 1
    if of == {"anchor and positive"}:
        values = [line.value for line in lines.values()]
    elif of in ({"pair of class"}, {"proxy of class"}):  # the same for every anchor of the class
        values = []
        for label in sorted(set(LABELS.tolist())):
            own = [line.value for (i, _), line in lines.items() if LABELS[i] == label]
            assert own == pytest.approx([own[0]] * len(own))
            values.append(own[0])
    else:  # the same for every positive
        values = [
            next(line.value for (i, _), line in lines.items() if i == anchor) for anchor in range(len(LABELS))
        ]
    total = float(LOSSES[name].function(START, LABELS, **parameters).total)
    assert sum(values) / len(values) == pytest.approx(total)


def test_every_loss_has_a_worked_example() -> None:
    assert set(WORKED) == set(LOSSES)


# Moved away from the origin, where some inner products are negative.
@pytest.mark.parametrize("points", [START, START + np.array([0.3, -0.2])], ids=["start", "moved"])
@pytest.mark.parametrize("name", WORKED)
def test_the_printed_formula_evaluates_to_its_value(name: str, points: np.ndarray) -> None:
    parameters = parameters_of(name)
    for anchor in range(len(LABELS)):
        t = hardest_triplet(points, LABELS, anchor, on_circle=LOSSES[name].normalised)
        for line in WORKED[name](Scene(points, LABELS, t), parameters):
            assert evaluate(line.latex) == pytest.approx(line.value, rel=0.02, abs=0.02), line
            assert "--" not in line.latex and "-0.00" not in line.latex
