"""The benchmark of all figures: its row, with made-up times. No time is asserted."""

from typing import Any

import pytest

from benchmarks import clusters


@pytest.mark.parametrize(("ours", "met"), [(1.5, True), (1.7, False)])
def test_the_goal_is_one_and_a_half_times_kmeans_and_a_second(
    ours: float, met: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    points: list[int] = []

    def mine(embedding: Any, reach: float | None) -> float:
        assert reach == 1.0
        points.append(len(embedding.train))
        return ours

    monkeypatch.setattr(clusters, "_ours", mine)
    monkeypatch.setattr(clusters, "_theirs", lambda embedding: 0.4)
    (row,) = clusters.measure()
    assert (row.name, row.ours, row.theirs, row.met) == ("clusters", ours, 0.4, met)
    assert row.ratio == pytest.approx(ours / (1.5 * 0.4 + 1))
    assert set(points) == {60_000}
