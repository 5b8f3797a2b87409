"""A filled-in formula comes to what the loss comes to, and what is printed is what was computed."""

import math
import re

import numpy as np
import pytest

from core.config import RunConfig
from core.lesson_plane import LABELS, START, Triplet, hardest_triplet
from core.losses import LOSSES
from core.worked import WORKED, Line


def of_catalogue(name: str, t: Triplet, points: np.ndarray, line: Line, margin: float) -> float:
    """The loss of the catalogue on the very pair or triplet that the line speaks of."""
    entry = LOSSES[name]
    places = {"positive": (t.anchor, t.positive), "negative": (t.anchor, t.negative)}.get(
        line.of, (t.anchor, t.positive, t.negative)
    )
    given = {entry.takes: tuple(np.array([place]) for place in places)}
    parameters = {**RunConfig(loss=name).loss_parameters}
    if "margin" in parameters:
        parameters["margin"] = margin
    return float(entry.function(points, LABELS, **parameters, **given).total)


def evaluate(latex: str) -> float:
    """The printed formula as arithmetic: only fractions by 2, squares, sums and max(0, .)."""
    text = latex.replace(r"\;", "").replace(r"\max", "max").replace("^2", "**2")
    text = re.sub(r"\\frac\{(.*)\}\{2\}", r"(\1)/2", text)
    assert re.fullmatch(r"[-+*/()., \dmaxloge]*", text), text
    return float(eval(text, {"__builtins__": {}}, {"max": max, "log": math.log}))  # checked just above


@pytest.mark.parametrize("margin", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("name", WORKED)
def test_it_comes_to_the_loss_of_that_pair_or_triplet(name: str, margin: float) -> None:
    for anchor in range(len(LABELS)):
        t = hardest_triplet(START, LABELS, anchor)
        parameters = {**RunConfig(loss=name).loss_parameters, "margin": margin}
        lines = WORKED[name](t, parameters)
        assert [line.of for line in lines] in (["positive", "negative"], ["triplet"])
        for line in lines:
            assert line.value == pytest.approx(of_catalogue(name, t, START, line, margin), abs=1e-12)
            assert evaluate(line.latex) == pytest.approx(line.value, abs=0.04)  # printed to two digits


@pytest.mark.parametrize("name", WORKED)
def test_the_printed_numbers_are_those_of_the_triplet(name: str) -> None:
    t = Triplet(0, 1, 2, 0.314, 0.271)
    printed = " ".join(line.latex for line in WORKED[name](t, {**RunConfig(loss=name).loss_parameters}))
    assert "0.31" in printed and "0.27" in printed
