"""Every miner against a loop over all triplets, pytorch-metric-learning, and on degenerate batches."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from pytorch_metric_learning import miners as pml
from pytorch_metric_learning.distances import LpDistance
from scipy import stats

from core.losses import LOSSES
from core.losses.distances import directions, distance_table
from core.miners import MINERS, Mined
from core.miners.active import active_share
from core.miners.distance_weighted import chances
from tests.core.losses.loops import distance, every_triplet
from tests.core.miners import oracles

EXACT: dict[str, Callable[..., set[tuple[int, int, int]]]] = {
    "batch_all": oracles.batch_all,
    "semi_hard": oracles.semi_hard,
    "batch_hard": oracles.batch_hard,
}
FLAT = LpDistance(normalize_embeddings=False, p=2, power=1)
THEIRS: dict[str, Callable[[float], Any]] = {
    "batch_all": lambda m: pml.TripletMarginMiner(margin=m, type_of_triplets="all", distance=FLAT),
    "semi_hard": lambda m: pml.TripletMarginMiner(margin=m, type_of_triplets="semihard", distance=FLAT),
    "batch_hard": lambda m: pml.BatchHardMiner(distance=FLAT),
}


def batch(seed: int, size: int = 13, dims: int = 2, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(size, dims)), generator.permutation(np.arange(size) % classes)


def mined(name: str, points: Any, labels: np.ndarray, margin: float, seed: int = 0) -> Mined:
    like = torch.from_numpy(labels) if isinstance(points, torch.Tensor) else labels
    return MINERS[name].function(points, like, margin=margin, generator=np.random.default_rng(seed))


def as_list(found: Mined) -> list[tuple[int, ...]]:
    return [tuple(int(place) for place in triplet) for triplet in zip(*found.triplets, strict=True)]


def test_each_miner_has_an_oracle_and_its_catalogue_name() -> None:
    assert {*EXACT, "distance_weighted"} == set(MINERS)
    for name, entry in MINERS.items():
        assert entry.name == name and entry.label and entry.summary.endswith(".") and entry.paper


@pytest.mark.parametrize("kind", ["numpy", "torch"])
@pytest.mark.parametrize("margin", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("name", EXACT)
def test_a_miner_selects_the_same_triplets_as_a_loop_each_once(name: str, margin: float, kind: str) -> None:
    for seed, dims in ((0, 2), (1, 3), (2, 16)):
        points, labels = batch(seed, dims=dims)
        found = as_list(mined(name, points if kind == "numpy" else torch.from_numpy(points), labels, margin))
        assert len(found) == len(set(found))
        assert set(found) == EXACT[name](points.tolist(), labels.tolist(), margin)


@pytest.mark.parametrize("name", ["batch_all", "semi_hard"])
def test_triplets_are_sorted_by_anchor_positive_and_negative(name: str) -> None:
    """In another order the sum of the loss would round differently, and stored runs would not be reproducible."""
    found = as_list(mined(name, *batch(8, size=20), 0.7))
    assert len(found) > 50 and found == sorted(found)


@pytest.mark.parametrize("margin", [0.1, 0.7])
@pytest.mark.parametrize("name", THEIRS)
def test_a_miner_selects_the_same_triplets_as_pytorch_metric_learning(name: str, margin: float) -> None:
    points, labels = batch(3, size=20)
    theirs = THEIRS[name](margin)(torch.from_numpy(points), torch.from_numpy(labels))
    expected = {tuple(int(place) for place in triplet) for triplet in zip(*theirs, strict=True)}
    assert set(as_list(mined(name, points, labels, margin))) == expected


@pytest.mark.parametrize("name", ["batch_all", "semi_hard"])
def test_active_is_the_share_of_all_triplets_that_violate_the_margin(name: str) -> None:
    for margin in (0.0, 0.5, 1.5):
        points, labels = batch(4)
        everything = every_triplet(labels.tolist())
        expected = len(oracles.batch_all(points.tolist(), labels.tolist(), margin)) / len(everything)
        assert mined(name, points, labels, margin).active == pytest.approx(expected)


@pytest.mark.parametrize("name", ["batch_hard", "distance_weighted"])
def test_active_is_the_share_of_the_selected_triplets_that_violate_the_margin(name: str) -> None:
    for margin in (0.0, 0.5, 1.5):
        points, labels = batch(5)
        found = mined(name, points, labels, margin)
        chosen = as_list(found)
        costs = [
            distance(points[a], points[p]) + margin > distance(points[a], points[n]) for a, p, n in chosen
        ]
        assert found.active == pytest.approx(sum(costs) / len(costs))


@pytest.mark.parametrize("dims", [2, 3, 8])
def test_the_probability_of_each_negative_is_the_papers(dims: int) -> None:
    points, labels = batch(6, dims=dims)
    different = labels[:, None] != labels[None, :]
    found = chances(np.asarray(distance_table(directions(points))), different, dims)
    for anchor in range(len(labels)):
        expected = oracles.distance_weighted(points.tolist(), labels.tolist(), anchor)
        row = [expected.get(n, 0.0) for n in range(len(labels))]
        assert found[anchor] == pytest.approx(np.array(row), rel=1e-9, abs=1e-12)


def test_distance_weighted_draws_one_negative_per_pair_with_those_probabilities() -> None:
    points, labels = batch(7, size=9, dims=3)
    pairs = sorted({(a, p) for a, p, _ in every_triplet(labels.tolist())})
    drawn: dict[int, list[int]] = {a: [] for a in range(9)}
    for seed in range(600):
        found = as_list(mined("distance_weighted", points, labels, 1.0, seed))
        assert sorted((a, p) for a, p, _ in found) == pairs
        for a, _, n in found:
            assert labels[n] != labels[a]
            drawn[a].append(n)
    for anchor, negatives in drawn.items():
        chance = oracles.distance_weighted(points.tolist(), labels.tolist(), anchor)
        possible = [n for n in chance if chance[n] > 0]
        counts = np.array([negatives.count(n) for n in possible])
        assert counts.sum() == len(negatives)
        expected = np.array([chance[n] for n in possible]) * len(negatives)
        assert len(possible) == 1 or stats.chisquare(counts, expected).pvalue > 1e-5


def test_distance_weighted_is_the_same_for_the_same_generator() -> None:
    points, labels = batch(8)
    one, again, other = (as_list(mined("distance_weighted", points, labels, 1.0, seed)) for seed in (0, 0, 1))
    assert one == again != other


def test_distance_weighted_draws_the_same_negatives_a_few_anchors_at_a_time() -> None:
    """Each negative is the first whose cumulative probability exceeds the pair's random number."""
    points, labels = batch(11, size=150, dims=3, classes=10)
    found = as_list(mined("distance_weighted", points, labels, 1.0, seed=5))
    chance = chances(distance_table(directions(points)), labels[:, None] != labels[None, :], dims=3)
    running = chance.cumsum(axis=1)
    drawn = np.random.default_rng(5).random(len(found))
    assert len(found) > 1000
    for (a, _, n), u in zip(found, drawn, strict=True):
        assert n == next(place for place, up_to in enumerate(running[a]) if up_to > u * running[a, -1])


DEGENERATE: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "one class only": (batch(9)[0], np.zeros(13, int)),
    "every image its own class": (batch(9)[0], np.arange(13)),
    "an anchor without a positive": (batch(9)[0][:5], np.array([0, 0, 0, 0, 1])),
    "all points equal": (np.full((13, 2), 0.7), batch(9)[1]),
    "all points at the origin": (np.zeros((13, 2)), batch(9)[1]),
    "opposite each other": (np.array([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]]), np.array([0, 0, 1])),
    "a single point": (np.zeros((1, 2)), np.array([1])),
}


@pytest.mark.parametrize("kind", ["numpy", "torch"])
@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("name", MINERS)
def test_a_degenerate_batch_gives_valid_triplets_or_none_and_a_finite_loss(
    name: str, case: str, kind: str
) -> None:
    points, labels = DEGENERATE[case]
    found = mined(name, points if kind == "numpy" else torch.from_numpy(points), labels, 0.5)
    possible = set(every_triplet(labels.tolist()))
    assert set(as_list(found)) <= possible
    assert 0 <= found.active <= 1
    if not possible:
        assert as_list(found) == [] and found.active == 0
    tensor = torch.tensor(points, requires_grad=True)
    triplets = tuple(torch.as_tensor(places) for places in found.triplets)
    loss = LOSSES["triplet_margin"].function(tensor, torch.from_numpy(labels), margin=0.5, triplets=triplets)
    loss.total.backward()
    assert tensor.grad is not None and torch.isfinite(tensor.grad).all()


def test_equal_points_are_hard_but_not_semi_hard() -> None:
    points, labels = DEGENERATE["all points equal"]
    assert len(as_list(mined("batch_all", points, labels, 0.5))) == len(every_triplet(labels.tolist()))
    assert as_list(mined("semi_hard", points, labels, 0.5)) == []
    assert len(as_list(mined("batch_hard", points, labels, 0.5))) == len(labels)


@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_without_a_miner_active_follows_from_the_losss_reach(kind: str) -> None:
    points, labels = batch(10)
    given, classes = (points, labels) if kind == "numpy" else map(torch.from_numpy, (points, labels))
    margin = 0.9

    def share(costs: list[bool]) -> float:
        return sum(costs) / len(costs)

    negative_pairs = [
        distance(points[i], points[j]) for i in range(13) for j in range(i) if labels[i] != labels[j]
    ]
    to = [
        (distance(points[a], points[p]), distance(points[a], points[n])) for a, p, n in every_triplet(labels)
    ]
    expected: dict[str, float | None] = {
        "contrastive": share([d < margin for d in negative_pairs]),
        "contrastive_squared": share([d * d < margin for d in negative_pairs]),
        "pair_hinge_triplet": share([n < margin for _, n in to]),
        "triplet_margin": share([p + margin > n for p, n in to]),
    }
    for name, entry in LOSSES.items():
        found = active_share(entry, given, classes, margin, None)
        assert found == pytest.approx(expected.get(name)), name
    assert active_share(LOSSES["contrastive"], points, np.zeros(13, int), margin, None) is None
