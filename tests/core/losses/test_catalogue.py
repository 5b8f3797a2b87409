"""What every loss of the catalogue must do, on torch tensors and on NumPy arrays."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from core.losses import LOSSES, Composition, Loss
from core.losses.slopes import gradient as gradient_without_torch
from tests.core.losses.oracles import ORACLES, every_triplet, slope

Tuples = list[tuple[int, ...]]
NAMES = list(LOSSES)
MARGINS = (0.3, 1.0, 2.5)
KINDS = ("numpy", "torch, double", "torch, single")


def batch(seed: int, size: int = 12, dims: int = 2, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Random points at distances on both sides of every margin, with at least two of each class."""
    generator = np.random.default_rng(seed)
    labels = np.arange(size) % classes
    generator.shuffle(labels)
    return generator.normal(size=(size, dims)), labels


def settings(name: str, margin: float, classes: int = 3, dims: int = 2) -> dict[str, Any]:
    """A value for each of the loss's parameters, other ones for each margin, and learned ones at random."""
    values = {
        "margin": margin,
        "temperature": 0.2 * margin,
        "scale": 8 * margin,
        "similarity_margin": 0.3 * margin,
        "weight": margin,
    }
    start = LOSSES[name].learned
    generator = np.random.default_rng(int(10 * margin))
    learned = {} if start is None else start(classes, dims, generator)
    shaken = {n: (v + generator.normal(size=v.shape)).astype(np.float64) for n, v in learned.items()}
    return {field: values[field] for field in LOSSES[name].parameters} | shaken


def given(name: str) -> list[bool]:
    """Whether pairs or triplets are handed in: a loss on whole batches cannot be handed any."""
    return [False] if LOSSES[name].takes == "batch" else [False, True]


BOTH = [(name, handed) for name in NAMES for handed in given(name)]
TAKES_TUPLES = [name for name in NAMES if LOSSES[name].takes != "batch"]


def drawn(name: str, labels: np.ndarray, seed: int, count: int = 20) -> Tuples:
    """Pairs of either kind (a repeated one and one of an image with itself too), or real triplets."""
    generator = np.random.default_rng(seed)
    if LOSSES[name].takes == "pairs":
        pairs = [tuple(pair) for pair in generator.integers(0, len(labels), (count, 2)).tolist()]
        return [*pairs, pairs[0], (3, 3)]
    triplets = every_triplet(labels.tolist())
    return [triplets[place] for place in generator.integers(0, len(triplets), count)]


def call(
    name: str, points: Any, labels: np.ndarray, margin: float, tuples: Tuples | None, classes: int = 3
) -> Loss:
    """The catalogue's loss on `points`, with labels and tuples of the same kind of array."""

    def like(values: np.ndarray) -> Any:
        return torch.from_numpy(values) if isinstance(points, torch.Tensor) else values

    parameters = settings(name, margin, classes, points.shape[1])
    for field, value in parameters.items():
        if isinstance(value, np.ndarray):
            parameters[field] = (
                like(value) if points.dtype in (np.float64, torch.float64) else like(value).float()
            )
    if tuples is not None:
        parameters[LOSSES[name].takes] = tuple(like(np.array(column)) for column in zip(*tuples, strict=True))
    return LOSSES[name].function(points, like(labels.astype(np.uint8)), **parameters)


def by_loop(
    name: str, points: np.ndarray, labels: np.ndarray, margin: float, tuples: Tuples | None, classes: int = 3
) -> dict[str, float]:
    """The terms as the slow oracle has them."""
    parameters = settings(name, margin, classes, points.shape[1])
    return ORACLES[name](points.tolist(), labels.tolist(), parameters, tuples)


def as_kind(points: np.ndarray, kind: str) -> Any:
    if kind == "numpy":
        return points
    return torch.tensor(points, dtype=torch.float64 if kind == "torch, double" else torch.float32)


def floats(terms: dict[str, Any]) -> dict[str, float]:
    return {
        term: float(value.detach() if isinstance(value, torch.Tensor) else value)
        for term, value in terms.items()
    }


def gradient(
    name: str, points: np.ndarray, labels: np.ndarray, margin: float, tuples: Tuples | None
) -> np.ndarray:
    tensor = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    call(name, tensor, labels, margin, tuples).total.backward()
    assert tensor.grad is not None
    return tensor.grad.numpy()


def test_each_loss_has_an_oracle_here() -> None:
    assert set(ORACLES) == set(LOSSES)


def test_an_entry_can_be_called_by_the_name_it_is_listed_under() -> None:
    for name, entry in LOSSES.items():
        assert entry.name == name
        assert entry.label and entry.summary and entry.formula and entry.paper, name


@pytest.mark.parametrize(("name", "handed"), BOTH)
def test_each_term_is_what_a_loop_over_the_formula_gives(name: str, handed: bool) -> None:
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
def test_the_terms_add_up_to_the_total_and_are_scalars_of_the_kind_that_came_in(
    name: str, handed: bool
) -> None:
    points, labels = batch(4)
    for kind in KINDS:
        loss = call(name, as_kind(points, kind), labels, 1.0, drawn(name, labels, 4) if handed else None)
        assert len(loss.terms) >= 1
        assert float(loss.total) == pytest.approx(sum(float(term) for term in loss.terms.values()), rel=1e-6)
        assert all(float(term) != 0 for term in loss.terms.values()), kind
        for value in (loss.total, *loss.terms.values()):
            assert np.ndim(value) == 0, kind
            assert isinstance(value, torch.Tensor) == (kind != "numpy"), kind


@pytest.mark.parametrize(("name", "handed"), BOTH)
def test_the_gradient_is_the_slope_of_the_loop(name: str, handed: bool) -> None:
    points, labels = batch(6, size=8, dims=3)
    # no pair of an image with itself: its distance has a kink, where a slope by differences means nothing
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
    if LOSSES[name].holds:  # it is not the slope that it seems: part of the loss is held fixed
        held = tensor.detach().clone()
        parameters = {**settings(name, 1.0), "held": held}
        total = lambda x: LOSSES[name].function(x, torch.from_numpy(labels), **parameters).total  # noqa: E731
        assert torch.autograd.gradcheck(total, tensor)
        return
    assert torch.autograd.gradcheck(lambda x: call(name, x, labels, 1.0, tuples).total, tensor)


DEGENERATE: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "one class only": (batch(8)[0], np.zeros(12, int)),
    "every image of a class of its own": (batch(8)[0], np.arange(12)),
    "an anchor without a positive": (batch(8)[0][:5], np.array([0, 0, 0, 0, 1])),
    "all points equal": (np.full((12, 2), 0.7), batch(8)[1]),
    "all points at the origin": (np.zeros((12, 2)), batch(8)[1]),
    "equal points in 64 dimensions": (np.ones((6, 64)), np.array([0, 0, 1, 1, 2, 2])),
    "two points of one class": (np.array([[0.0, 0.0], [0.3, 0.4]]), np.array([1, 1])),
    "two points of two classes": (np.array([[0.0, 0.0], [0.3, 0.4]]), np.array([1, 2])),
    "two equal points of two classes": (np.zeros((2, 2)), np.array([1, 2])),
    "a single point": (np.zeros((1, 2)), np.array([1])),
    "points a hair apart": (np.array([[0.0, 0.0], [1e-30, 0.0], [0.0, 1e-30]]), np.array([0, 0, 1])),
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
def test_without_learned_proxies_the_class_means_stand_in_even_in_a_degenerate_batch(name: str) -> None:
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
def test_given_pairs_of_equal_points_have_a_finite_gradient(name: str) -> None:
    _, labels = batch(9)
    slopes = gradient(name, np.zeros((12, 2)), labels, 1.0, drawn(name, labels, 9))
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize("name", TAKES_TUPLES)
def test_no_given_pairs_or_triplets_cost_nothing(name: str) -> None:
    points, labels = batch(10)
    empty = tuple(torch.empty(0, dtype=torch.int64) for _ in range(2 if LOSSES[name].takes == "pairs" else 3))
    tensor = torch.from_numpy(points).requires_grad_(True)
    handed: dict[str, Any] = {LOSSES[name].takes: empty}
    loss = LOSSES[name].function(tensor, torch.from_numpy(labels), **settings(name, 1.0), **handed)
    loss.total.backward()
    assert loss.total.item() == 0 and tensor.grad is not None and (tensor.grad == 0).all()


SIZES = [(2, 2, 2), (4, 4, 4), (5, 2, 3)]


@pytest.mark.parametrize("name", [name for name in NAMES if not LOSSES[name].learned])
def test_a_collapsed_batch_costs_what_the_entry_says(name: str) -> None:
    for sizes, margin in product(SIZES, MARGINS):
        labels = np.repeat([0, 1, 2], sizes)
        # where it matters, the best such place is the origin
        loss = call(name, np.full((len(labels), 2), -0.2), labels, margin, None)
        expected = LOSSES[name].collapsed(Composition(sizes), **settings(name, margin))
        assert float(loss.total) == pytest.approx(expected, abs=1e-9), (sizes, margin)


@pytest.mark.parametrize("name", TAKES_TUPLES)
def test_a_collapsed_batch_of_given_pairs_costs_the_same(name: str) -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    half_positive: Tuples = [(0, 1), (2, 3), (0, 2), (4, 3)]
    tuples = half_positive if LOSSES[name].takes == "pairs" else drawn(name, labels, 11)
    loss = call(name, np.full((6, 2), -0.2), labels, 0.7, tuples)
    expected = LOSSES[name].collapsed(Composition((2, 2, 2)), **settings(name, 0.7))
    assert float(loss.total) == pytest.approx(expected)


@pytest.mark.parametrize("margin", MARGINS)
@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].learned])
def test_what_a_collapsed_batch_costs_at_least_when_all_that_can_be_learned_beside_it_is(
    name: str, margin: float
) -> None:
    """Descend on the proxies, centres and head alone, the embeddings all at one point."""
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


def force_on_negative(name: str, margin: float, negative_at: float, positive_at: float) -> float:
    """How hard the negative is pushed (the gradient's length): anchor at 0, both others on the axis."""
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


@pytest.mark.parametrize("name", [name for name in NAMES if LOSSES[name].normalised])
def test_only_the_directions_count_for_a_loss_on_normalised_embeddings(name: str) -> None:
    points, labels = batch(14)
    longer = points * np.random.default_rng(0).uniform(0.1, 9, (len(points), 1))
    one, other = (float(call(name, each, labels, 1.0, None).total) for each in (points, longer))
    assert one == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("name", [name for name in NAMES if not LOSSES[name].normalised])
def test_lengths_count_for_the_other_losses(name: str) -> None:
    points, labels = batch(14)
    one, other = (float(call(name, each, labels, 1.0, None).total) for each in (points, 0.5 * points))
    assert one != pytest.approx(other, rel=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_the_slopes_without_torch_are_those_of_autograd(name: str) -> None:
    for seed in range(3):
        points, labels = batch(seed, size=7)
        parameters = settings(name, 0.8)
        slopes = gradient_without_torch(LOSSES[name], points, labels, **parameters)
        assert slopes == pytest.approx(gradient(name, points, labels, 0.8, None), abs=1e-6)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "n_pair"])  # which pairs up neighbours
def test_the_order_of_the_batch_does_not_matter(name: str) -> None:
    points, labels = batch(12)
    order = np.random.default_rng(0).permutation(len(labels))
    one = call(name, points, labels, 1.0, None).total
    assert float(call(name, points[order], labels[order], 1.0, None).total) == pytest.approx(float(one))


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_measured_without_gradients_first_still_trains_after(name: str) -> None:
    """Index tables are cached; made in inference mode they must not spoil a later backward pass."""
    points, labels = batch(13, size=23)  # a size that no other test has cached
    with torch.inference_mode():
        measured = call(name, torch.from_numpy(points), labels, 1.0, None)
    assert np.isfinite(gradient(name, points, labels, 1.0, None)).all()
    assert float(measured.total) == pytest.approx(float(call(name, points, labels, 1.0, None).total))
