"""The further figures of a run: all there, undefined with a reason, and to JSON and back."""

import json
import math

import numpy as np
import pytest
from sklearn.metrics import davies_bouldin_score, silhouette_score

from core.measures.figures import FIGURES
from core.measures.measurements import Measurements, measure_more
from core.measures.metrics import knn_accuracy
from core.measures.more_figures import MORE_FIGURES
from tests.core.shipped import shipped_embedding


def blobs(seed: int, classes: int = 4, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, n).astype(np.uint8)
    centres = np.random.default_rng(7).normal(size=(classes, 2)) * 3
    return (centres[labels] + generator.normal(size=(n, 2))).astype(np.float32), labels


def measured(points: np.ndarray, labels: np.ndarray, clusters: np.ndarray) -> Measurements:
    return measure_more(points, labels, points, labels, clusters, reach=1.0)


def test_the_registry_describes_each_figure_and_none_of_the_first_six() -> None:
    assert not FIGURES.keys() & MORE_FIGURES.keys()
    for name, figure in MORE_FIGURES.items():
        assert figure.name == name
        assert figure.meaning.endswith(".")
        assert figure.meaning.count(". ") == 0
        assert figure.range and figure.source
        assert figure.higher_is_better == (figure.best > figure.worst)
        expected = {True: "higher", False: "lower"}[figure.higher_is_better]
        assert figure.direction == ("neither" if math.isnan(figure.best) else expected)


@pytest.mark.parametrize("seed", range(3))
def test_each_figure_of_the_registry_is_measured_and_within_its_bounds(seed: int) -> None:
    points, labels = blobs(seed)
    clusters = np.random.default_rng(seed).integers(0, 5, len(labels))
    found = measured(points, labels, clusters)
    assert found.figures.keys() == MORE_FIGURES.keys()
    assert found.undefined == {}
    for name, figure in found.figures.items():
        low, high = sorted((MORE_FIGURES[name].best, MORE_FIGURES[name].worst))
        assert math.isnan(low) or low <= figure.value <= high, name
        assert figure.error >= 0
    assert found.chance.keys() <= {*MORE_FIGURES, *FIGURES}
    for name, level in found.chance.items():
        assert math.isfinite(level), name


def test_the_figures_of_the_shipped_run_are_those_of_scikit_learn() -> None:
    run = shipped_embedding()
    found = measure_more(
        run.train, run.train_labels, run.test, run.test_labels, run.train_clusters, reach=1.0
    )
    value = {name: figure.value for name, figure in found.figures.items()}
    assert found.undefined == {}
    assert value["digits_davies_bouldin"] == pytest.approx(
        davies_bouldin_score(run.train.astype(np.float64), run.train_labels)
    )
    five = found.knn.value[found.knn.k.tolist().index(5)]
    assert five == pytest.approx(knn_accuracy(run.train, run.train_labels, run.test, run.test_labels))
    # of 6,000 of the points, as all would take minutes; drawn, as MNIST's digits come in a rhythm of 20
    few = np.random.default_rng(0).choice(60_000, 6000, replace=False)
    for name, labels in (("clusters", run.train_clusters), ("digits", run.train_labels)):
        truth = silhouette_score(run.train[few].astype(np.float64), labels[few])
        error = found.figures[f"silhouette_{name}"].error
        assert value[f"silhouette_{name}"] == pytest.approx(truth, abs=4 * error)
    assert value["silhouette_clusters"] > value["silhouette_digits"] + 0.01
    assert value["recall_at_1"] == found.recall.value[0]
    assert found.chance["recall_at_1"] == pytest.approx(0.1, abs=0.01)
    assert found.chance["purity"] == found.shuffled["purity"].mean
    assert found.chance["alignment"] > 5 * value["alignment"]
    assert value["verification_area"] == found.verification.area.value
    assert found.verification.suggested is not None
    assert found.verification.suggested.distance == 0.5
    assert {"rand_index", "adjusted_rand_index"} <= found.chance.keys()


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    run = shipped_embedding()
    parts = run.test, run.test_labels, run.test[:3000], run.test_labels[:3000], run.test_clusters
    first = measure_more(*parts, seed=1).to_json()
    assert first == measure_more(*parts, seed=1).to_json()
    assert first != measure_more(*parts, seed=2).to_json()


UNDEFINED_IN_A_COLLAPSE = set(MORE_FIGURES) - {
    "purity",
    "matched_share",
    "homogeneity",
    "completeness",
    "v_measure",
    "adjusted_mutual_info",
}


@pytest.mark.parametrize(
    ("points", "sentence"),
    [(np.full((40, 3), 0.25, np.float32), "collapsed"), (np.full((40, 3), np.nan), "not finite")],
)
def test_a_collapse_leaves_undefined_what_needs_distances_and_says_why(
    points: np.ndarray, sentence: str
) -> None:
    found = measured(points, np.arange(40) % 4, np.zeros(40, int))
    assert found.undefined.keys() == UNDEFINED_IN_A_COLLAPSE
    for name in UNDEFINED_IN_A_COLLAPSE:
        assert math.isnan(found.figures[name].value)
    assert sentence in found.undefined["silhouette_digits"]
    assert found.figures["homogeneity"].value == 0
    assert found.verification.reason is not None
    assert Measurements.from_json(found.to_json()).undefined == found.undefined


def test_one_class_and_few_points_have_figures_or_reasons() -> None:
    points, _ = blobs(0)
    one = measured(points, np.zeros(200, np.uint8), np.arange(200) % 3)
    assert "one class" in one.undefined["purity"]
    assert "one cluster" in one.undefined["digits_davies_bouldin"]
    assert {"spread", "effective_rank", "uniformity", "alignment"} & one.undefined.keys() == set()
    for few in (1, 2, 3):
        found = measured(points[:few], np.arange(few), np.arange(few))
        assert found.figures.keys() == MORE_FIGURES.keys()
        for figure in found.figures.values():
            assert math.isfinite(figure.value) or figure.reason
        json.loads(found.to_json())
    empty = measure_more(points, np.arange(200) % 4, points[:0], np.zeros(0, int), np.arange(200) % 4)
    assert empty.undefined.keys() == {name for name, figure in MORE_FIGURES.items() if figure.split == "test"}


@pytest.mark.parametrize("collapsed", [False, True])
def test_measurements_come_back_from_json_as_they_were(collapsed: bool) -> None:
    points, labels = blobs(2)
    if collapsed:
        points = np.zeros_like(points)
    before = measured(points, labels, np.arange(200) % 4)
    after = Measurements.from_json(before.to_json())
    assert "NaN" not in before.to_json()
    np.testing.assert_equal(vars(after.digits), vars(before.digits))
    for name in ("knn", "recall"):
        np.testing.assert_equal(vars(getattr(after, name)), vars(getattr(before, name)))
    for part in ("area", "best", "suggested", "distance", "true_positive_rate", "same", "reason"):
        np.testing.assert_equal(getattr(after.verification, part), getattr(before.verification, part))
    assert after.shuffled == before.shuffled
    assert after.chance == before.chance
    for name, figure in before.figures.items():
        np.testing.assert_equal(vars(after.figures[name]), vars(figure))
    assert after.to_json() == before.to_json()


def test_what_does_not_fit_together_is_refused() -> None:
    points, labels = blobs(0)
    with pytest.raises(ValueError, match="one label each"):
        measure_more(points, labels, points, labels, labels[:5])
    with pytest.raises(ValueError, match="0 and 0 labels"):
        measured(points[:0], labels[:0], labels[:0])
