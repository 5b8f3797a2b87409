"""The figures of a run, against scikit-learn on made-up embeddings, and their way to disk and back."""

import math

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsClassifier

from core.measures.evaluation import Evaluation, evaluate
from core.measures.figures import FIGURES


def blobs(seed: int, classes: int = 5, per_class: int = 120, dims: int = 2, spread: float = 0.35):
    """Points around `classes` random centres, shuffled, with the class of each."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.repeat(np.arange(classes), per_class)).astype(np.uint8)
    centres = generator.normal(size=(classes, dims)) * 2
    points = centres[labels] + generator.normal(size=(len(labels), dims)) * spread
    return points.astype(np.float32), labels


@pytest.mark.parametrize("seed", range(4))
def test_each_figure_is_what_scikit_learn_says_of_the_same_clusters(seed):
    train, train_labels = blobs(seed)
    test, test_labels = blobs(seed, per_class=40)
    evaluation, clusters, test_clusters = evaluate(train, train_labels, test, test_labels, 5)
    figures = evaluation.figures

    assert set(figures) == set(FIGURES)
    assert figures["rand_index"] == pytest.approx(sk.rand_score(train_labels, clusters.labels))
    assert figures["adjusted_rand_index"] == pytest.approx(
        sk.adjusted_rand_score(train_labels, clusters.labels)
    )
    assert figures["normalized_mutual_info"] == pytest.approx(
        sk.normalized_mutual_info_score(train_labels, clusters.labels)
    )
    assert figures["davies_bouldin"] == pytest.approx(
        sk.davies_bouldin_score(train.astype(np.float64), clusters.labels), abs=1e-9
    )
    assert figures["test_adjusted_rand_index"] == pytest.approx(
        sk.adjusted_rand_score(test_labels, test_clusters)
    )
    neighbours = KNeighborsClassifier(5).fit(train, train_labels)
    assert figures["knn_accuracy"] == pytest.approx(neighbours.score(test, test_labels), abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_test_points_go_to_the_nearest_centroid_of_the_training_clusters(seed):
    train, train_labels = blobs(seed)
    test, test_labels = blobs(seed + 100, per_class=40)
    _, clusters, test_clusters = evaluate(train, train_labels, test, test_labels, 5)
    for point, cluster in zip(test, test_clusters, strict=True):
        distances = [float(np.linalg.norm(point - centroid)) for centroid in clusters.centroids]
        assert distances[cluster] == pytest.approx(min(distances))


@pytest.mark.parametrize("seed", range(4))
def test_clusters_are_numbered_as_the_digits_they_match(seed):
    train, labels = blobs(seed, spread=0.1)
    evaluation, clusters, _ = evaluate(train, labels, train, labels, 5)
    assert evaluation.confusion.matched_digit.tolist() == [0, 1, 2, 3, 4]
    assert evaluation.confusion.clusters.tolist() == [0, 1, 2, 3, 4]
    for digit in range(5):
        of_digit = clusters.labels[labels == digit]
        counts = np.bincount(of_digit, minlength=5)
        assert evaluation.confusion.counts[digit].tolist() == counts.tolist()
    for cluster in range(5):
        mean = train[clusters.labels == cluster].mean(axis=0)
        assert clusters.centroids[cluster] == pytest.approx(mean, abs=0.02)  # KMeans stops within a tolerance


def test_the_clusters_are_as_tight_as_scikit_learns_own():
    train, labels = blobs(7, classes=6)
    _, clusters, _ = evaluate(train, labels, train, labels, 6)
    assert clusters.inertia == pytest.approx(
        KMeans(6, n_init=20, random_state=1).fit(train).inertia_, rel=1e-3
    )


@pytest.mark.parametrize("dims", [2, 3, 64])
def test_a_total_collapse_leaves_davies_bouldin_undefined_and_says_why(dims):
    labels = np.repeat(np.arange(10), 30).astype(np.uint8)
    collapsed = np.full((300, dims), 0.25, np.float32)
    evaluation, clusters, _ = evaluate(collapsed, labels, collapsed, labels, 10)
    assert math.isnan(evaluation.figures["davies_bouldin"])
    assert "cluster" in evaluation.undefined["davies_bouldin"]
    assert evaluation.figures["adjusted_rand_index"] == 0
    assert set(clusters.labels.tolist()) == {0}


def test_one_class_alone_has_figures_and_no_davies_bouldin():
    points, _ = blobs(0, classes=1)
    labels = np.zeros(len(points), np.uint8)
    evaluation, _, _ = evaluate(points, labels, points, labels, 1)
    assert evaluation.figures["rand_index"] == 1
    assert "one cluster" in evaluation.undefined["davies_bouldin"]


@pytest.mark.parametrize("collapsed", [False, True])
def test_an_evaluation_comes_back_from_json_as_it_was(collapsed):
    points, labels = blobs(1)
    if collapsed:
        points = np.zeros_like(points)
    before, _, _ = evaluate(points, labels, points, labels, 5)
    after = Evaluation.from_json(before.to_json())
    assert after.undefined == before.undefined
    assert after.random_rand_index == before.random_rand_index
    np.testing.assert_equal(after.figures, before.figures)
    for name in ("davies_bouldin", "confusion"):
        np.testing.assert_equal(vars(getattr(after, name)), vars(getattr(before, name)))
