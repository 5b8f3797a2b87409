"""d² against d: the slopes are those of the textbook, and the times are positive."""

import math

import pytest

from core.lessons.square_or_root import NEAR, measure


def test_at_zero_the_gradient_of_the_square_is_zero_and_that_of_the_root_nan() -> None:
    found = measure(pairs=100, rounds=2)
    assert [slope.distance for slope in found.slopes] == list(NEAR)
    for slope in found.slopes:
        assert slope.of_square == pytest.approx(2 * slope.distance)
        if slope.distance > 0:
            assert slope.of_root == pytest.approx(1.0)
        else:
            assert math.isnan(slope.of_root)


def test_at_zero_the_slope_of_the_root_jumps_and_that_of_the_square_does_not() -> None:
    found = measure(pairs=100, rounds=2)
    assert (found.left, found.right, found.flat) == pytest.approx((-1.0, 1.0, 0.0))


def test_both_have_times() -> None:
    found = measure(pairs=1000, rounds=3)
    assert found.pairs == 1000
    assert found.square_ns > 0 and found.root_ns > 0
