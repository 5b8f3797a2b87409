"""Charts of KMeans: inertia by iteration, and figures by number of clusters.

Vega-Lite as plain dicts: redrawn at every click, and Altair takes ten times as long to build one.
"""

from collections.abc import Sequence

import numpy as np

from core.charts.vega import NEUTRAL, VegaLite, axis, holding_its_data
from core.clustering.scan import ScanRow
from core.figures.estimate import Floats


@holding_its_data
def over_iterations(inertia: Floats, now: int, height: int) -> VegaLite:
    """The inertia [t] of KMeans over its iterations; iteration `now` (from 0) is marked."""
    rows = [{"iteration": at + 1, "inertia": float(value)} for at, value in enumerate(inertia)]
    x = axis("iteration", "iteration", zero=False, format="d", tickMinStep=1)
    y = axis("inertia", "inertia", zero=False)
    return {
        "height": height,
        "description": f"The inertia falls from {inertia[0]:.4g} to {inertia[-1]:.4g} in {len(rows)} iterations.",
        "data": {"values": rows},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}},
            {
                "transform": [{"filter": f"datum.iteration === {now + 1}"}],
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            },
        ],
    }


@holding_its_data
def over_k(rows: Sequence[ScanRow], what: str, classes: int, height: int) -> VegaLite:
    """The figure `what`, a key of OVER_K, over the number of clusters, the silhouette with two standard
    errors.

    classes: the number of classes, marked by a vertical line.
    """
    values = []
    for row in rows:
        value = getattr(row, what)
        error = value.error if what == "silhouette" else 0.0
        value = value.value if what == "silhouette" else value
        if np.isfinite(value):
            error = error if np.isfinite(error) else 0.0
            values.append({"k": row.k, "value": value, "low": value - 2 * error, "high": value + 2 * error})
    x = axis("k", "clusters, k", zero=False, format="d", tickMinStep=1)
    y = axis("value", "", zero=False)
    layer: list[VegaLite] = [
        {"mark": {"type": "line", "strokeWidth": 2, "point": {"size": 26}}, "encoding": {"x": x, "y": y}},
        {
            "data": {"values": [{"k": classes}]},
            "mark": {"type": "rule", "strokeDash": [3, 3], "color": NEUTRAL},
            "encoding": {"x": x},
        },
    ]
    if what == "silhouette":
        bars = {"field": "low", "type": "quantitative"}, {"field": "high"}
        layer.append({"mark": {"type": "rule"}, "encoding": {"x": x, "y": bars[0], "y2": bars[1]}})
    return {
        "height": height,
        "title": {"text": OVER_K[what], "anchor": "start"},
        "description": f"{OVER_K[what]} for {len(values)} numbers of clusters.",
        "data": {"values": values},
        "layer": layer,
    }


OVER_K = {
    "inertia": "inertia (always falls)",
    "silhouette": "silhouette (higher is better)",
    "davies_bouldin": "Davies-Bouldin (lower is better)",
    "adjusted_rand_index": "ARI (uses the true classes)",
}
