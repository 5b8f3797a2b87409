"""The chart of the activations, against formulas written by hand."""

import pytest

from core.charts.activation_chart import activations
from core.encoders.activations import ACTIVATIONS
from tests.core.encoders.test_activations import FORMULAS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_line_matches_its_formula(name: str) -> None:
    rows = [
        row
        for row in activations("relu", 200)["layer"][0]["data"]["values"]
        if row["activation"] == ACTIVATIONS[name].label
    ]
    assert len(rows) > 100 and rows[0]["x"] == -4 and rows[-1]["x"] == 4
    assert [row["value"] for row in rows] == pytest.approx(
        [FORMULAS[name](row["x"]) for row in rows], abs=1e-9
    )


def test_the_chosen_one_is_named_and_highlighted() -> None:
    chart = activations("gelu", 200)
    assert "GELU is the one in use" in chart["description"]
    assert "'GELU'" in chart["layer"][0]["encoding"]["strokeWidth"]["condition"]["test"]
