"""The forces are the negative gradients used in training, for every loss of the catalogue."""

from itertools import product

import numpy as np
import pytest
import torch

from core.config import RunConfig
from core.lessons.forces import LONGEST, Forces, forces, walk
from core.losses import LOSSES

MARGINS = (0.3, 1.0, 2.5)
LABELS = np.array([0, 0, 1, 1, 2, 2, 2])


def defaults(name: str, **changed: float) -> dict[str, float]:
    return RunConfig(loss=name, **changed).loss_parameters  # type: ignore[arg-type]


def scattered(seed: int, dims: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(LABELS), dims))


def by_autograd(
    name: str, points: np.ndarray, labels: np.ndarray, parameters: dict[str, float]
) -> np.ndarray:
    tensor = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    held = {"held": tensor.detach()} if LOSSES[name].holds else {}
    LOSSES[name].function(tensor, torch.from_numpy(labels), **parameters, **held).total.backward()
    assert tensor.grad is not None
    return -tensor.grad.numpy()


def forces_of(name: str, points: np.ndarray, labels: np.ndarray = LABELS, **changed: float) -> Forces:
    return forces(LOSSES[name], points, labels, defaults(name, **changed))


@pytest.mark.parametrize("name", LOSSES)
def test_a_force_is_minus_the_gradient_of_torch(name: str) -> None:
    for dims, margin, seed in product((2, 3), MARGINS, range(3)):
        points = scattered(seed, dims)
        expected = by_autograd(name, points, LABELS, defaults(name, margin=margin))
        found = forces_of(name, points, margin=margin)
        assert found.total == pytest.approx(expected, abs=1e-6), (dims, margin, seed)
        assert np.linalg.norm(expected) > 0.01  # the comparison isn't one of zeros


@pytest.mark.parametrize("name", LOSSES)
def test_the_terms_and_their_forces_add_up(name: str) -> None:
    found = forces_of(name, scattered(5))
    assert sum(found.terms.values()) == pytest.approx(found.loss)
    assert sum(found.of_term.values()) == pytest.approx(found.total)
    assert set(found.of_term) == set(found.terms)


@pytest.mark.parametrize("name", LOSSES)
def test_a_degenerate_plane_has_finite_forces(name: str) -> None:
    points = scattered(6)
    two_equal = points.copy()
    two_equal[1] = points[3]
    cases = {
        "all equal": (np.full_like(points, 0.4), LABELS),
        "two equal": (two_equal, LABELS),
        "one class": (points, np.zeros_like(LABELS)),
        "no two of a class": (points, np.arange(len(LABELS))),
        "alone": (points[:1], LABELS[:1]),
    }
    for case, (plane, labels) in cases.items():
        found = forces_of(name, plane, labels)
        assert np.isfinite(found.total).all() and np.isfinite(found.loss), case


@pytest.mark.parametrize("name", [name for name in LOSSES if LOSSES[name].takes == "pairs"])
def test_a_pair_of_one_class_attracts_and_a_pair_of_two_classes_repels(name: str) -> None:
    apart = np.array([[0.0, 0.0], [0.5, 0.0]])
    together = forces_of(name, apart, np.array([0, 0])).total
    different = forces_of(name, apart, np.array([0, 1])).total
    assert together[0, 0] > 0 > together[1, 0]
    assert different[0, 0] < 0 < different[1, 0]


@pytest.mark.parametrize("name", LOSSES)
def test_a_walk_follows_the_forces_and_its_loss_falls(name: str) -> None:
    points = scattered(7)
    found = walk(LOSSES[name], points, LABELS, defaults(name), rate=0.02, steps=40)
    moved = 0.02 * by_autograd(name, points, LABELS, defaults(name))
    for step in moved:
        step *= min(1.0, LONGEST / max(float(np.linalg.norm(step)), 1e-12))
    first = points + moved
    if LOSSES[name].normalised:
        first /= np.linalg.norm(first, axis=1)[:, None]
    assert found.points[0] == pytest.approx(points) and found.points[1] == pytest.approx(first, abs=1e-7)
    assert len(found.points) == len(found.losses)
    assert found.losses[-1] < found.losses[0]


@pytest.mark.parametrize("name", LOSSES)
def test_no_loss_moves_points_that_all_coincide(name: str) -> None:
    assert forces_of(name, np.tile([0.3, 0.2], (len(LABELS), 1))).strongest < 1e-6


def test_a_walk_stops_when_nothing_moves() -> None:
    far = np.array([[0.0, 0.0], [9.0, 0.0]])
    found = walk(LOSSES["contrastive"], far, np.array([0, 1]), defaults("contrastive"), rate=1.0, steps=50)
    assert len(found.points) == 1 and found.losses == [0.0]
