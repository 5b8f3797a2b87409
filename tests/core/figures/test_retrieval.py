"""Recall@k and MAP@R against loops and pytorch-metric-learning."""

import math

import numpy as np
import pytest
import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN

from core.figures.retrieval import Retrieval, retrieval
from tests.core.shipped import shipped_embedding


def blobs(seed: int, n: int, d: int, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, k, n)
    centres = np.random.default_rng(99).normal(size=(k, d))
    return (centres[labels] + generator.normal(size=(n, d))).astype(np.float32), labels


def slow_retrieval(points: np.ndarray, labels: np.ndarray, ks: list[int]) -> tuple[list[float], float]:
    """Recall at each k and MAP@R, query by query."""
    found: list[list[bool]] = []
    precisions = []
    for i, query in enumerate(points):
        others = sorted(
            (j for j in range(len(points)) if j != i), key=lambda j, q=query: math.dist(q, points[j])
        )
        right = [bool(labels[j] == labels[i]) for j in others]
        r = sum(right)
        if r == 0:
            continue
        found.append([any(right[:k]) for k in ks])
        precisions.append(sum(sum(right[: i + 1]) / (i + 1) for i in range(r) if right[i]) / r)
    return np.mean(found, axis=0).tolist(), float(np.mean(precisions))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("d", [1, 2, 64])
def test_recall_and_map_at_r_are_those_of_a_loop(seed: int, d: int) -> None:
    points, labels = blobs(seed, 70, d)
    labels[3] = 77  # the only one of its class: nothing to find
    ours = retrieval(points, labels, ks=[1, 3, 69, 200])
    recall, map_at_r = slow_retrieval(points.astype(np.float64), labels, [1, 3, 69, 200])
    assert ours.recall.value.tolist() == pytest.approx(recall)
    assert ours.map_at_r.value == pytest.approx(map_at_r)
    assert (ours.recall.sampled, ours.recall.of, ours.map_at_r.of) == (69, 69, 69)
    assert ours.recall.error.tolist() == [0, 0, 0, 0]
    assert ours.map_at_r.error == 0


def test_map_at_r_and_recall_at_1_of_the_shipped_run_are_those_of_pytorch_metric_learning() -> None:
    run = shipped_embedding()
    points, labels = run.test[:1500], run.test_labels[:1500]
    calculator = AccuracyCalculator(
        include=("precision_at_1", "mean_average_precision_at_r"),
        k="max_bin_count",
        knn_func=CustomKNN(LpDistance(normalize_embeddings=False)),
        device=torch.device("cpu"),
    )
    # in double precision: float32 distances by matrix products change the order of near points
    theirs = calculator.get_accuracy(torch.from_numpy(points).double(), torch.from_numpy(labels))
    ours = retrieval(points, labels, sample=1500)
    assert ours.recall.value[0] == pytest.approx(theirs["precision_at_1"], abs=1e-9)
    assert ours.map_at_r.value == pytest.approx(theirs["mean_average_precision_at_r"], abs=1e-6)


def test_the_error_of_sampled_queries_is_right() -> None:
    run = shipped_embedding()
    points, labels = run.test[:1000], run.test_labels[:1000]
    truth = retrieval(points, labels, sample=1000)
    off = []
    for seed in range(40):
        found = retrieval(points, labels, sample=150, seed=seed)
        off.append((found.map_at_r.value - truth.map_at_r.value) / found.map_at_r.error)
        assert (found.recall.sampled, found.recall.of) == (150, 1000)
    assert 0.7 < float(np.sqrt(np.mean(np.square(off)))) < 1.35


def test_a_random_order_gets_the_chance_levels() -> None:
    generator = np.random.default_rng(0)
    recalls, maps = [], []
    labels = np.repeat([0, 1, 2], [4, 9, 17])
    for seed in range(1500):
        found = retrieval(generator.normal(size=(30, 3)), labels, ks=[1, 2, 8, 40], seed=seed)
        recalls.append(found.recall.value)
        maps.append(found.map_at_r.value)
    error = np.std(recalls, axis=0) / math.sqrt(1500)
    assert np.all(np.abs(np.mean(recalls, axis=0) - found.recall.chance) <= 4 * error)
    assert np.mean(maps) == pytest.approx(found.map_chance, abs=4 * np.std(maps) / math.sqrt(1500))
    assert 0 < error.max() < 0.004
    # at k = 1 it is the probability that a pair is of one class
    assert found.recall.chance[0] == pytest.approx(sum(s * (s - 1) for s in (4, 9, 17)) / (30 * 29))


def test_tied_points_favour_no_class_for_any_order_of_the_data() -> None:
    labels = np.repeat(np.arange(4), 50)
    points = np.concatenate([np.zeros((200, 2)), [[9.0, 9.0], [9.0, 9.5]]])
    found = retrieval(points, np.append(labels, [5, 5]))
    assert found.recall.value[0] == pytest.approx(0.25, abs=0.1)
    # in data order, class 0 would be first for all: 1 for its queries, 0 for all others
    assert found.map_at_r.value < 0.15


def test_a_perfect_embedding_gets_the_best_value_and_a_crossed_one_the_worst() -> None:
    labels = np.repeat(np.arange(3), 5)
    best = retrieval(labels[:, None] + np.linspace(0, 0.1, 15)[:, None], labels)
    assert best.map_at_r.value == 1
    assert best.recall.value.tolist() == [1] * 6
    worst = retrieval(np.array([[0.0], [1], [10], [11]]), np.array([0, 1, 0, 1]), ks=[1])
    assert worst.map_at_r.value == worst.recall.value[0] == 0


def check_undefined(found: Retrieval, sentence: str) -> None:
    assert found.recall.reason is not None and sentence in found.recall.reason
    assert found.map_at_r.reason == found.recall.reason
    assert np.isnan(found.recall.value).all() and math.isnan(found.map_at_r.value)


def test_an_impossible_search_gives_a_reason() -> None:
    points, labels = blobs(0, 12, 2)
    broken = points.copy()
    broken[2, 0] = np.nan
    check_undefined(retrieval(np.ones((12, 2)), labels), "collapsed")
    check_undefined(retrieval(broken, labels), "not finite")
    check_undefined(retrieval(points[:0], labels[:0]), "no points")
    check_undefined(retrieval(points, np.arange(12)), "another of its class")
    check_undefined(retrieval(points, np.zeros(12)), "one class")
    with pytest.raises(ValueError, match="At least one neighbour"):
        retrieval(points, labels, ks=[])
    with pytest.raises(ValueError, match="one label each"):
        retrieval(points, labels[:3])


def test_two_points_of_one_class_find_each_other_next_to_a_single_one() -> None:
    found = retrieval(np.array([[0.0], [1], [9]]), np.array([4, 4, 7]))
    assert (found.map_at_r.value, found.recall.of) == (1.0, 2)
