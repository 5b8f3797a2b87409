"""The few-shot chart contains the right numbers."""

import numpy as np
import pytest
from altair import LayerChart

from core.charts.shot_charts import OTHERS, over_examples
from core.charts.vega import NEUTRAL
from core.drawings.few_shot import FewShot


def test_each_point_is_a_mean_and_its_bar_a_standard_deviation() -> None:
    new, others = np.array([[0.0, 0.2], [0.5, 0.7]]), np.array([[0.9, 0.9], [0.99, 1.0]])
    chart = over_examples(FewShot((1, 20), new, others, 0.1), "7, never seen", "#123456", 200)
    (held,) = chart["layer"]
    rows = {(row["of"], row["examples"]): row for row in held["data"]["values"]}
    assert set(rows) == {(name, shots) for name in ("7, never seen", OTHERS) for shots in ("1", "20")}
    first, last = rows["7, never seen", "1"], rows[OTHERS, "20"]
    assert (first["accuracy"], first["low"]) == (pytest.approx(0.1), 0.0)  # a share is never below 0
    assert first["high"] == pytest.approx(0.1 + np.sqrt(0.02))
    assert last["accuracy"] == pytest.approx(0.995) and last["high"] == 1.0
    assert held["layer"][2]["data"]["values"] == [{"accuracy": 0.1}]
    assert "7, never seen with 20 examples: 60.0%" in chart["description"]
    hue = held["layer"][0]["encoding"]["color"]["scale"]
    assert hue == {
        "domain": ["7, never seen", OTHERS],
        "range": ["#123456", NEUTRAL],
    }  # its own, as in the picture
    LayerChart.from_dict(chart)
