"""The chart of the activations, against formulas written by hand."""

import math

import pytest

from core.charts.activation_chart import activations
from core.encoders.activations import ACTIVATIONS


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


BY_HAND = {
    "relu": lambda x: max(0.0, x),
    "x_plus_sigmoid": lambda x: x + sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "tanh": math.tanh,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_line_matches_its_formula(name: str) -> None:
    rows = [
        row
        for row in activations("relu", 200)["layer"][0]["data"]["values"]
        if row["activation"] == ACTIVATIONS[name].label
    ]
    assert len(rows) > 100 and rows[0]["x"] == -4 and rows[-1]["x"] == 4
    assert [row["value"] for row in rows] == pytest.approx(
        [BY_HAND[name](row["x"]) for row in rows], abs=1e-9
    )


def test_the_chosen_one_is_named_and_highlighted() -> None:
    chart = activations("gelu", 200)
    assert "GELU is the one in use" in chart["description"]
    assert "'GELU'" in chart["layer"][0]["encoding"]["strokeWidth"]["condition"]["test"]
