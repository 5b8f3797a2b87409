"""The loss of a collapsed batch: what each catalogue entry declares."""

from itertools import product

import numpy as np
import pytest
import torch

from core.losses import LOSSES, Composition
from tests.core.losses.cases import (
    MARGINS,
    NAMES,
    TAKES_TUPLES,
    Tuples,
    call,
    drawn,
    settings,
)

SIZES = [(2, 2, 2), (4, 4, 4), (5, 2, 3)]


@pytest.mark.parametrize("name", [name for name in NAMES if not LOSSES[name].learned])
def test_the_loss_of_a_collapsed_batch_is_the_entrys(name: str) -> None:
    for sizes, margin in product(SIZES, MARGINS):
        labels = np.repeat([0, 1, 2], sizes)
        # for losses on lengths, the best place is the origin
        loss = call(name, np.full((len(labels), 2), -0.2), labels, margin, None)
        expected = LOSSES[name].collapsed(Composition(sizes), **settings(name, margin))
        assert float(loss.total) == pytest.approx(expected, abs=1e-9), (sizes, margin)


@pytest.mark.parametrize("name", TAKES_TUPLES)
def test_the_loss_of_a_collapsed_batch_of_given_pairs_is_the_same(name: str) -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    half_positive: Tuples = [(0, 1), (2, 3), (0, 2), (4, 3)]
    tuples = half_positive if LOSSES[name].takes == "pairs" else drawn(name, labels, 11)
    loss = call(name, np.full((6, 2), -0.2), labels, 0.7, tuples)
    expected = LOSSES[name].collapsed(Composition((2, 2, 2)), **settings(name, 0.7))
    assert float(loss.total) == pytest.approx(expected)


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].learned])
def test_the_entrys_collapsed_loss_is_the_minimum_over_the_learned_parameters(
    name: str, margin: float
) -> None:
    """Minimise over the proxies, centres and head, with all embeddings at one point."""
    parameters = {field: settings(name, margin)[field] for field in LOSSES[name].parameters}
    labels = torch.arange(10).repeat(20)
    points = torch.tensor([[0.6, 0.8]], dtype=torch.float64).repeat(200, 1)
    start = LOSSES[name].learned
    assert start is not None
    learned = {
        field: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for field, value in start(10, 2, np.random.default_rng(0)).items()
    }
    optimizer = torch.optim.LBFGS(learned.values(), max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total = LOSSES[name].function(points, labels, **parameters, **learned).total
        total.backward()
        return total

    optimizer.step(loss)
    expected, found = LOSSES[name].collapsed(Composition((20,) * 10), **parameters), float(loss().detach())
    assert found == pytest.approx(expected, rel=2e-3)
    assert found > expected - 1e-6
