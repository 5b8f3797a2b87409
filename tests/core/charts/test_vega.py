"""core.charts.vega: the parts that all charts share."""

import altair as alt

from core.charts.vega import axis, enlarged, holding_its_data


def test_no_chart_keeps_data_at_its_top_level() -> None:
    """Streamlit would add top-level data only after an empty first draw."""

    @holding_its_data
    def points(height: int) -> dict:
        """Two points."""
        return {
            "height": height,
            "description": "two points",
            "data": {"values": [{"a": 1}, {"a": 2}]},
            "mark": "point",
            "encoding": {"x": axis("a", "a")},
        }

    spec = points(90)
    alt.LayerChart.from_dict(spec)  # raises for what is not Vega-Lite
    assert "data" not in spec and "datasets" not in spec
    assert (spec["height"], spec["description"]) == (90, "two points")
    assert spec["layer"] == [
        {"data": {"values": [{"a": 1}, {"a": 2}]}, "mark": "point", "encoding": {"x": axis("a", "a")}}
    ]
    assert points.__doc__ == "Two points."


def test_a_chart_in_large_text_is_higher_and_has_larger_letters_and_the_same_data() -> None:
    letters = {"mark": {"type": "text", "fontSize": 10, "dy": -5, "size": 30}}
    data = {"values": [{"height": 3, "fontSize": 4}]}
    spec = {"vconcat": [{"height": 100, "width": "container", "data": data, "layer": [letters]}]}
    (found,) = enlarged(spec, 1.6)["vconcat"]
    assert found["height"] == 160 and found["width"] == "container" and found["data"] == data
    assert found["layer"] == [{"mark": {"type": "text", "fontSize": 16, "dy": -8, "size": 30}}]
    assert enlarged(spec, 1) == spec
