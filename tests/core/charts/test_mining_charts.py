"""The curve of hard negatives: every size has a point, the named ones a label with their share."""

import altair as alt
import numpy as np

from core.charts.mining_charts import meeting_curve

SHARE = np.array([0.0, 0.425, 1.0])


def test_every_size_has_a_point_and_the_named_ones_a_label() -> None:
    (chart,) = meeting_curve((4, 64, 4096), SHARE, (64, 4096), 200)["layer"]
    assert chart["data"]["values"] == [
        {"size": 4, "share": 0.0, "text": "0%"},
        {"size": 64, "share": 0.425, "text": "42%"},
        {"size": 4096, "share": 1.0, "text": "100%"},
    ]
    line, *on_points = chart["layer"]
    assert "transform" not in line
    assert [layer["transform"][0]["filter"]["oneOf"] for layer in on_points] == [[64, 4096]] * 2
    assert chart["encoding"]["x"]["scale"]["domain"] == [4, 4096]


def test_it_is_a_vega_lite_specification() -> None:
    alt.LayerChart.from_dict(meeting_curve((4, 64, 4096), SHARE, (64,), 200), validate=True)
