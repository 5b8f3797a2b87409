"""The report's loss curve stays in its picture."""

import re

import pytest

from core.runs import Progress
from core.take_home.curve import HEIGHT, WIDTH, loss_curve


@pytest.mark.parametrize("losses", [(1.0, 0.2), (-0.1, -1.0, -1.4), (0.02, -1.0), (0.0, 0.0)], ids=str)
def test_every_loss_is_inside_the_picture_and_the_ticks_name_the_lowest_and_the_highest(
    losses: tuple[float, ...],
) -> None:
    reports = [Progress(step, 100, 0, loss, {}, 0.0) for step, loss in enumerate(losses)]
    svg = loss_curve(reports)
    (points,) = re.findall('polyline points="([^"]+)"', svg)
    along = [float(point.split(",")[0]) for point in points.split()]
    assert along == sorted(along) and 0 < along[0] < along[-1] < WIDTH
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert all(0 <= y <= HEIGHT for y in heights)
    assert heights == sorted(heights)  # the losses fall, and y points down
    ticks = [float(text) for text in re.findall('text-anchor="end">(-?[0-9.]+)<', svg)]
    assert ticks[0] == min(0, *losses) and ticks[-1] == (max(0, *losses) or (0 if min(losses) < 0 else 1))
