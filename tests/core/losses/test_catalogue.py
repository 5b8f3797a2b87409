"""What every loss of the catalogue must do, on torch tensors and on NumPy arrays."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from core.losses import LOSSES
from tests.core.losses.cases import (
    BOTH,
    KINDS,
    MARGINS,
    NAMES,
    TAKES_TUPLES,
    as_kind,
    batch,
    by_loop,
    call,
    drawn,
    floats,
    settings,
)
from tests.core.losses.oracles import ORACLES


def test_each_loss_has_an_oracle_here() -> None:
    assert set(ORACLES) == set(LOSSES)


def test_an_entry_is_listed_under_its_own_name() -> None:
    for name, entry in LOSSES.items():
        assert entry.name == name
        assert entry.label and entry.summary and entry.formula and entry.paper, name


@pytest.mark.parametrize(("name", "handed"), BOTH)
def test_each_term_equals_a_loop_over_the_formula(name: str, handed: bool) -> None:
    for margin, (seed, dims) in product(MARGINS, ((0, 2), (1, 2), (2, 3), (3, 64))):
        points, labels = batch(seed, dims=dims)
        points *= (2 / dims) ** 0.5  # keeps distances near the margins in 64 dimensions too
        tuples = drawn(name, labels, seed) if handed else None
        expected = by_loop(name, points, labels, margin, tuples)
        for kind in KINDS:
            loss = call(name, as_kind(points, kind), labels, margin, tuples)
            tolerance = 1e-5 if kind == "torch, single" else 1e-12
            case = (margin, dims, kind)
            assert floats(loss.terms) == pytest.approx(expected, rel=tolerance, abs=tolerance), case


@pytest.mark.parametrize(("name", "handed"), BOTH)
def test_the_terms_add_up_to_the_total_and_are_scalars_of_the_inputs_type(name: str, handed: bool) -> None:
    points, labels = batch(4)
    for kind in KINDS:
        loss = call(name, as_kind(points, kind), labels, 1.0, drawn(name, labels, 4) if handed else None)
        assert len(loss.terms) >= 1
        assert float(loss.total) == pytest.approx(sum(float(term) for term in loss.terms.values()), rel=1e-6)
        assert all(float(term) != 0 for term in loss.terms.values()), kind
        for value in (loss.total, *loss.terms.values()):
            assert np.ndim(value) == 0, kind
            assert isinstance(value, torch.Tensor) == (kind != "numpy"), kind


DEGENERATE: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "one class only": (batch(8)[0], np.zeros(12, int)),
    "every image its own class": (batch(8)[0], np.arange(12)),
    "an anchor without a positive": (batch(8)[0][:5], np.array([0, 0, 0, 0, 1])),
    "all points equal": (np.full((12, 2), 0.7), batch(8)[1]),
    "all points at the origin": (np.zeros((12, 2)), batch(8)[1]),
    "equal points in 64 dimensions": (np.ones((6, 64)), np.array([0, 0, 1, 1, 2, 2])),
    "two points of one class": (np.array([[0.0, 0.0], [0.3, 0.4]]), np.array([1, 1])),
    "two points of two classes": (np.array([[0.0, 0.0], [0.3, 0.4]]), np.array([1, 2])),
    "two equal points of two classes": (np.zeros((2, 2)), np.array([1, 2])),
    "a single point": (np.zeros((1, 2)), np.array([1])),
    "points almost equal": (np.array([[0.0, 0.0], [1e-30, 0.0], [0.0, 1e-30]]), np.array([0, 0, 1])),
    "points far apart": (np.array([[0.0, 0.0], [1e9, 0.0], [0.0, -1e9]]), np.array([0, 0, 1])),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_degenerate_batch_has_a_finite_loss_and_a_finite_gradient(name: str) -> None:
    for (case, (points, labels)), kind in product(DEGENERATE.items(), KINDS):
        inputs = as_kind(points, kind)
        if isinstance(inputs, torch.Tensor):
            inputs.requires_grad_(True)
        loss = call(name, inputs, labels, 1.0, None, classes=12)
        expected = by_loop(name, points, labels, 1.0, None, classes=12)
        # the difference of two distances has the rounding error of the distances
        rounding = 1e-6 + 1e-7 * np.abs(points).max() if "single" in kind else 1e-9
        assert floats(loss.terms) == pytest.approx(expected, rel=1e-5, abs=rounding), (case, kind)
        if isinstance(inputs, torch.Tensor):
            loss.total.backward()
            assert inputs.grad is not None and torch.isfinite(inputs.grad).all(), (case, kind)


@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].learned])
def test_without_learned_proxies_the_class_means_are_used_even_in_a_degenerate_batch(name: str) -> None:
    for case, (points, labels) in DEGENERATE.items():
        parameters = dict.fromkeys(LOSSES[name].parameters, 1.0)
        tensor = torch.tensor(points, requires_grad=True)
        loss = LOSSES[name].function(tensor, torch.from_numpy(labels), **parameters)
        loss.total.backward()
        assert tensor.grad is not None and torch.isfinite(tensor.grad).all(), case
        classes, rows = np.unique(labels, return_inverse=True)
        means = [points[labels == c].mean(axis=0).tolist() for c in classes]
        stand_in = {
            "proxies": means,
            "centers": means,
            "head": means,
            "bias": [-sum(x * x for x in mean) / 2 for mean in means],
        }
        expected = ORACLES[name](points.tolist(), rows.tolist(), parameters | stand_in, None)
        assert floats(loss.terms) == pytest.approx(expected, rel=1e-6, abs=1e-9), case


@pytest.mark.parametrize("name", TAKES_TUPLES)
def test_the_loss_of_no_pairs_or_triplets_is_0(name: str) -> None:
    points, labels = batch(10)
    empty = tuple(torch.empty(0, dtype=torch.int64) for _ in range(2 if LOSSES[name].takes == "pairs" else 3))
    tensor = torch.from_numpy(points).requires_grad_(True)
    handed: dict[str, Any] = {LOSSES[name].takes: empty}
    loss = LOSSES[name].function(tensor, torch.from_numpy(labels), **settings(name, 1.0), **handed)
    loss.total.backward()
    assert loss.total.item() == 0 and tensor.grad is not None and (tensor.grad == 0).all()


@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].normalised])
def test_only_the_directions_count_for_a_loss_on_normalised_embeddings(name: str) -> None:
    points, labels = batch(14)
    longer = points * np.random.default_rng(0).uniform(0.1, 9, (len(points), 1))
    one, other = (float(call(name, each, labels, 1.0, None).total) for each in (points, longer))
    assert one == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("name", [name for name in NAMES if not LOSSES[name].normalised])
def test_lengths_matter_for_the_other_losses(name: str) -> None:
    points, labels = batch(14)
    one, other = (float(call(name, each, labels, 1.0, None).total) for each in (points, 0.5 * points))
    assert one != pytest.approx(other, rel=1e-3)


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name != "n_pair"]
)  # it pairs neighbours in the batch
def test_the_order_of_the_batch_does_not_matter(name: str) -> None:
    points, labels = batch(12)
    order = np.random.default_rng(0).permutation(len(labels))
    one = call(name, points, labels, 1.0, None).total
    assert float(call(name, points[order], labels[order], 1.0, None).total) == pytest.approx(float(one))
