"""The catalogue of figures, the evaluation of an embedding, and its JSON form."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk

from core.clustering.kmeans import clustered
from core.embedding import Embedding
from core.figures import FIGURES, HEADLINE, KINDS
from core.figures.evaluation import NOT_YET, Evaluation, evaluate
from tests.core.figures.subjects import embedding
from tests.core.shipped import shipped_embedding


def blobs(seed: int, classes: int = 5, per_class: int = 120, dims: int = 2, spread: float = 0.35):
    """Points around `classes` random centres, shuffled, with the class of each."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.repeat(np.arange(classes), per_class)).astype(np.uint8)
    centres = generator.normal(size=(classes, dims)) * 2
    points = centres[labels] + generator.normal(size=(len(labels), dims)) * spread
    return points.astype(np.float32), labels


def measured(points: np.ndarray, labels: np.ndarray, clusters: np.ndarray, **more) -> Evaluation:
    return evaluate(embedding(points, labels, clusters), reach=1.0, **more)


# ---- the entries


def test_every_entry_is_complete_and_unique() -> None:
    assert len({figure.label for figure in FIGURES.values()}) == len(FIGURES)
    for name, figure in FIGURES.items():
        assert figure.name == name
        assert figure.kind in KINDS
        assert figure.meaning.endswith(".") and figure.meaning.count(". ") == 0
        assert figure.range and figure.source and figure.short
        direction = "higher" if figure.best > figure.worst else "lower"
        assert figure.direction == ("neither" if math.isnan(figure.best) else direction)
        assert math.isnan(figure.best) == math.isnan(figure.worst)
        assert figure.direction in figure.better
        assert (figure.best_text == "–") == (figure.direction == "neither")
        assert figure.chance is None or figure.chance.endswith(".")


def test_six_figures_summarise_a_run_those_of_the_training_images_first() -> None:
    assert list(HEADLINE) == [
        "rand_index",
        "adjusted_rand_index",
        "normalized_mutual_info",
        "davies_bouldin",
        "test_adjusted_rand_index",
        "knn_accuracy",
    ]
    assert "random pair" in FIGURES["rand_index"].meaning
    assert "0.82" in str(FIGURES["rand_index"].chance)


# ---- what is measured


@pytest.mark.parametrize("seed", range(3))
def test_each_figure_is_measured_and_within_its_bounds(seed: int) -> None:
    points, labels = blobs(seed)
    clusters = np.random.default_rng(seed).integers(0, 5, len(labels))
    found = measured(points, labels, clusters)
    assert list(found.figures) == list(found.values) == list(FIGURES)
    assert found.undefined == {}
    for name, figure in found.figures.items():
        low, high = sorted((FIGURES[name].best, FIGURES[name].worst))
        assert math.isnan(low) or low <= figure.value <= high, name
        assert figure.error >= 0
        assert (name in found.chance) == (FIGURES[name].guessing is not None)
    assert all(math.isfinite(level.mean) for level in found.chance.values())


@pytest.mark.parametrize("seed", range(3))
def test_the_headline_figures_are_scikit_learns_for_the_same_clusters(seed: int) -> None:
    train, labels = blobs(seed)
    test, test_labels = blobs(seed, per_class=40)
    points = clustered(train, labels, test, test_labels, 5)
    found, clusters = evaluate(points).values, points.train_clusters
    assert found["rand_index"] == pytest.approx(sk.rand_score(labels, clusters))
    assert found["adjusted_rand_index"] == pytest.approx(sk.adjusted_rand_score(labels, clusters))
    assert found["normalized_mutual_info"] == pytest.approx(sk.normalized_mutual_info_score(labels, clusters))
    assert found["davies_bouldin"] == pytest.approx(
        sk.davies_bouldin_score(train.astype(np.float64), clusters), abs=1e-9
    )
    assert found["test_adjusted_rand_index"] == pytest.approx(
        sk.adjusted_rand_score(test_labels, points.test_clusters)
    )


def test_the_figures_of_the_shipped_run_are_those_of_scikit_learn_and_its_parts_agree_with_them() -> None:
    run = shipped_embedding()
    found = evaluate(run, reach=1.0)
    assert found.undefined == {}
    value = found.values
    for name, labels in (("davies_bouldin", run.train_clusters), ("digits_davies_bouldin", run.train_labels)):
        assert value[name] == pytest.approx(sk.davies_bouldin_score(run.train.astype(np.float64), labels))
    assert found.davies_bouldin.score == value["davies_bouldin"]
    assert found.davies_bouldin_of_classes.score == value["digits_davies_bouldin"]
    # on 6,000 points, since all would take minutes; random ones, since MNIST's digits have a period of 20
    few = np.random.default_rng(0).choice(60_000, 6000, replace=False)
    for name, labels in (("clusters", run.train_clusters), ("digits", run.train_labels)):
        truth = sk.silhouette_score(run.train[few].astype(np.float64), labels[few])
        error = found.figures[f"silhouette_{name}"].error
        assert value[f"silhouette_{name}"] == pytest.approx(truth, abs=4 * error)
    assert value["silhouette_clusters"] > value["silhouette_digits"] + 0.01
    assert value["recall_at_1"] == found.recall.value[0]
    assert value["knn_accuracy"] == found.knn.at(5).value
    assert found.chance["recall_at_1"].mean == pytest.approx(0.1, abs=0.01)
    assert found.chance["alignment"].mean > 5 * value["alignment"]
    assert found.chance["between_share"].mean == pytest.approx(9 / 59_999)
    assert found.chance["verification_area"].mean == found.chance["verification_accuracy"].mean == 0.5
    assert value["verification_area"] == found.verification.area.value
    assert value["verification_accuracy"] == found.verification.accuracy.value
    assert found.verification.suggested is not None and found.verification.suggested.distance == 0.5
    assert value["matched_share"] == found.confusion.matched_share


def test_the_seed_determines_the_figures() -> None:
    run = shipped_embedding()
    some = Embedding(
        run.test, run.test[:3000], run.test_labels, run.test_labels[:3000], run.test_clusters, run.test_clusters[:3000]
    )  # fmt: skip
    first = evaluate(some, seed=1).to_json()
    assert first == evaluate(some, seed=1).to_json()
    assert first != evaluate(some, seed=2).to_json()


# Defined without any distances, or when all of them are equal.
DEFINED_IN_A_COLLAPSE = {
    *(name for name, figure in FIGURES.items() if figure.kind == "agreement"),
    "knn_accuracy",
    "spread",
}


@pytest.mark.parametrize(
    ("points", "sentence"),
    [(np.full((40, 3), 0.25, np.float32), "collapsed"), (np.full((40, 3), np.nan), "not finite")],
)
def test_in_a_collapse_figures_that_need_distances_are_undefined_with_a_reason(
    points: np.ndarray, sentence: str
) -> None:
    found = measured(points, np.arange(40) % 4, np.zeros(40, int))
    without = {"knn_accuracy", "spread"} if sentence == "not finite" else set()
    assert found.undefined.keys() == FIGURES.keys() - DEFINED_IN_A_COLLAPSE | without
    for name in found.undefined:
        assert math.isnan(found.values[name])
        assert name not in found.chance
    assert sentence in found.undefined["silhouette_digits"]
    assert "cluster" in found.undefined["davies_bouldin"] or sentence == "not finite"
    assert found.values["homogeneity"] == found.values["adjusted_rand_index"] == 0
    assert found.verification.reason is not None
    assert Evaluation.from_json(found.to_json()).undefined == found.undefined


def test_one_class_and_few_points_have_figures_or_reasons() -> None:
    points, _ = blobs(0)
    one = measured(points, np.zeros(600, np.uint8), np.arange(600) % 3)
    assert "one class" in one.undefined["purity"]
    assert "one cluster" in one.undefined["digits_davies_bouldin"]
    assert {"spread", "effective_rank", "uniformity", "alignment"} & one.undefined.keys() == set()
    for few in (1, 2, 3):
        found = measured(points[:few], np.arange(few), np.arange(few))
        for figure in found.figures.values():
            assert math.isfinite(figure.value) or figure.reason
        json.loads(found.to_json())
    none = points[:0], np.zeros(0, int), np.zeros(0, int)
    empty = evaluate(embedding(points, np.arange(600) % 4, np.arange(600) % 4, none))
    assert empty.undefined.keys() == {name for name, figure in FIGURES.items() if figure.split == "test"}


def test_it_can_be_cancelled_between_any_two_figures() -> None:
    asked: list[int] = []
    points, labels = blobs(0)
    measured(points, labels, labels, check_cancelled=lambda: asked.append(1))
    assert len(asked) > len(FIGURES)

    def give_up() -> None:
        asked.pop()
        if len(asked) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measured(points, labels, labels, check_cancelled=give_up)


def test_mismatched_arrays_are_refused() -> None:
    points, labels = blobs(0)
    with pytest.raises(ValueError, match="one label each"):
        measured(points, labels, labels[:5])
    with pytest.raises(ValueError, match="one label each"):
        measured(points, labels[:5], labels)
    with pytest.raises(ValueError, match="0 and 0 labels"):
        measured(points[:0], labels[:0], labels[:0])


# ---- JSON


@pytest.mark.parametrize("collapsed", [False, True])
def test_an_evaluation_survives_a_json_round_trip(collapsed: bool) -> None:
    points, labels = blobs(1)
    before = measured(np.zeros_like(points) if collapsed else points, labels, np.arange(600) % 4)
    after = Evaluation.from_json(before.to_json())
    assert "NaN" not in before.to_json()
    assert after.to_json() == before.to_json()
    for name in ("davies_bouldin", "davies_bouldin_of_classes", "confusion", "knn", "recall"):
        np.testing.assert_equal(vars(getattr(after, name)), vars(getattr(before, name)))
    for part in ("area", "best", "suggested", "distance", "true_positive_rate", "same", "reason"):
        np.testing.assert_equal(getattr(after.verification, part), getattr(before.verification, part))
    assert after.chance == before.chance
    for name, figure in before.figures.items():
        np.testing.assert_equal(vars(after.figures[name]), vars(figure))


def test_a_figure_newer_than_the_run_is_undefined_and_a_removed_one_is_dropped() -> None:
    points, labels = blobs(1)
    found = measured(points, labels, labels)
    older = replace(found, figures={"gone": found.figures["spread"], **found.figures})
    del older.figures["purity"]
    after = Evaluation.from_json(older.to_json())
    assert list(after.figures) == list(FIGURES)
    assert after.undefined == {"purity": NOT_YET}
