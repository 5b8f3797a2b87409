"""Gradients of every loss: against differences, autograd and gradcheck, and the reach of the push."""

import numpy as np
import pytest
import torch

from core.losses import LOSSES
from core.losses.slopes import gradient as gradient_without_torch
from tests.core.losses.cases import (
    BOTH,
    MARGINS,
    NAMES,
    TAKES_TUPLES,
    Tuples,
    batch,
    call,
    drawn,
    gradient,
    settings,
)
from tests.core.losses.oracles import ORACLES, slope


@pytest.mark.parametrize(("name", "handed"), BOTH)
def test_the_gradient_is_the_slope_of_the_loop(name: str, handed: bool) -> None:
    points, labels = batch(6, size=8, dims=3)
    # no pair of an image with itself: its distance has a kink, where differences give no slope
    tuples = [t for t in drawn(name, labels, 6, 10) if len(set(t)) == len(t)] if handed else None
    for margin in MARGINS:
        parameters = settings(name, margin, 3, 3)
        expected = np.array(slope(ORACLES[name], points.tolist(), labels.tolist(), parameters, tuples))
        assert gradient(name, points, labels, margin, tuples) == pytest.approx(expected, abs=1e-7), margin


@pytest.mark.parametrize(("name", "handed"), BOTH)
def test_the_gradient_passes_torchs_own_check(name: str, handed: bool) -> None:
    points, labels = batch(7, size=6)
    tuples = [t for t in drawn(name, labels, 7, 8) if len(set(t)) == len(t)] if handed else None
    tensor = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    if LOSSES[name].holds:  # its gradient treats part of the loss as constant
        held = tensor.detach().clone()
        parameters = {**settings(name, 1.0), "held": held}
        total = lambda x: LOSSES[name].function(x, torch.from_numpy(labels), **parameters).total  # noqa: E731
        assert torch.autograd.gradcheck(total, tensor)
        return
    assert torch.autograd.gradcheck(lambda x: call(name, x, labels, 1.0, tuples).total, tensor)


@pytest.mark.parametrize("name", TAKES_TUPLES)
def test_given_pairs_of_equal_points_have_a_finite_gradient(name: str) -> None:
    _, labels = batch(9)
    slopes = gradient(name, np.zeros((12, 2)), labels, 1.0, drawn(name, labels, 9))
    assert np.isfinite(slopes).all()


def force_on_negative(name: str, margin: float, negative_at: float, positive_at: float) -> float:
    """The push on the negative (the gradient's norm): anchor at 0, both others on the axis."""
    points = np.array([[0.0, 0.0], [positive_at, 0.0], [negative_at, 0.0]])
    labels = np.array([0, 0, 1])
    tuples: Tuples = [(0, 2)] if LOSSES[name].takes == "pairs" else [(0, 1, 2)]
    return float(np.linalg.norm(gradient(name, points, labels, margin, tuples)[2]))


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].reach(1.0) is not None])
def test_a_negative_is_pushed_within_the_reach_and_not_beyond_it(name: str, margin: float) -> None:
    reach = LOSSES[name].reach(margin)
    assert reach is not None
    for positive_at in (0.0, 0.5, 10.0):
        assert force_on_negative(name, margin, 0.99 * reach, positive_at) > 1e-3
        assert force_on_negative(name, margin, 1.01 * reach, positive_at) == 0


@pytest.mark.parametrize("name", [name for name in TAKES_TUPLES if LOSSES[name].reach(1.0) is None])
def test_a_loss_without_a_reach_pushes_at_any_distance(name: str) -> None:
    for far in (1.0, 100.0, 1e6):
        assert force_on_negative(name, 1.0, far, positive_at=-far) > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_without_torch_equals_autograd(name: str) -> None:
    for seed in range(3):
        points, labels = batch(seed, size=7)
        parameters = settings(name, 0.8)
        slopes = gradient_without_torch(LOSSES[name], points, labels, **parameters)
        assert slopes == pytest.approx(gradient(name, points, labels, 0.8, None), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_can_be_trained_after_a_call_in_inference_mode(name: str) -> None:
    """Index tables are cached; those created in inference mode must not break a later backward pass."""
    points, labels = batch(13, size=23)  # a size that no other test has cached
    with torch.inference_mode():
        measured = call(name, torch.from_numpy(points), labels, 1.0, None)
    assert np.isfinite(gradient(name, points, labels, 1.0, None)).all()
    assert float(measured.total) == pytest.approx(float(call(name, points, labels, 1.0, None).total))
