"""Scores of clusterings against scikit-learn, counting, and all ways to deal clusters out."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from core.confusion import confusion
from core.measures import metrics
from core.measures.cluster_metrics import (
    SCORES,
    adjusted_mutual_info,
    adjusted_rand,
    chance_scores,
    cluster_scores,
    completeness,
    contingency,
    expected_mutual_information,
    homogeneity,
    matched_share,
    mutual_information,
    purity,
    rand,
    v_measure,
)
from tests.core.shipped import shipped_embedding

LABELLINGS = st.integers(1, 30).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)))
)


def check_against_scikit_learn(labels: np.ndarray, clusters: np.ndarray) -> None:
    table = contingency(labels, clusters)
    assert homogeneity(table) == pytest.approx(sk.homogeneity_score(labels, clusters), abs=1e-9)
    assert completeness(table) == pytest.approx(sk.completeness_score(labels, clusters), abs=1e-9)
    assert v_measure(table) == pytest.approx(sk.v_measure_score(labels, clusters), abs=1e-9)
    assert mutual_information(table) == pytest.approx(sk.mutual_info_score(labels, clusters), abs=1e-9)
    assert adjusted_mutual_info(table) == pytest.approx(
        sk.adjusted_mutual_info_score(labels, clusters), abs=1e-7
    )
    assert rand(table) == pytest.approx(sk.rand_score(labels, clusters), abs=1e-12)
    assert adjusted_rand(table) == pytest.approx(sk.adjusted_rand_score(labels, clusters), abs=1e-12)


@given(LABELLINGS)
@settings(max_examples=150)
def test_the_scores_are_scikit_learns(labellings: tuple[list[int], list[int]]) -> None:
    check_against_scikit_learn(np.array(labellings[0]), np.array(labellings[1]))


def test_the_scores_of_the_shipped_run_are_scikit_learns_and_v_measure_is_nmi() -> None:
    run = shipped_embedding()
    check_against_scikit_learn(run.train_labels, run.train_clusters)
    table = contingency(run.train_labels, run.train_clusters)
    assert v_measure(table) == pytest.approx(
        metrics.normalized_mutual_info(run.train_labels, run.train_clusters)
    )
    assert purity(table) >= matched_share(table) > 0.9


@given(LABELLINGS)
@settings(max_examples=100)
def test_purity_counts_the_most_frequent_digit_of_each_cluster(
    labellings: tuple[list[int], list[int]],
) -> None:
    labels, clusters = labellings
    members = {
        c: [digit for digit, other in zip(labels, clusters, strict=True) if other == c] for c in clusters
    }
    expected = sum(Counter(each).most_common(1)[0][1] for each in members.values()) / len(labels)
    table = contingency(np.array(labels), np.array(clusters))
    assert purity(table) == pytest.approx(expected)
    assert matched_share(table) == pytest.approx(
        confusion(np.array(labels), np.array(clusters)).matched_share
    )
    assert matched_share(table) <= purity(table) + 1e-12


def test_homogeneity_and_completeness_are_not_each_other() -> None:
    split = contingency(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 2]))
    assert homogeneity(split) == pytest.approx(1)
    assert completeness(split) == pytest.approx(2 / 3)
    assert split.tolist() == [[1, 1, 0], [0, 0, 2]]


@pytest.mark.parametrize(
    ("labels", "clusters"), [([0, 0, 1, 1, 2], [0, 0, 0, 1, 1]), ([0, 0, 1, 2], [0, 1, 2, 2])]
)
def test_chance_is_the_mean_over_all_ways_to_deal_the_clusters_out(
    labels: list[int], clusters: list[int]
) -> None:
    tables = [contingency(np.array(labels), np.array(way)) for way in itertools.permutations(clusters)]
    found = chance_scores(np.array(labels), np.array(clusters), shuffles=3000)
    assert set(found) == {*SCORES, "rand_index", "adjusted_rand_index"}
    for name, score in [*SCORES.items(), ("rand_index", rand), ("adjusted_rand_index", adjusted_rand)]:
        expected = np.mean([score(table) for table in tables])
        assert found[name].mean == pytest.approx(expected, abs=4.5 * found[name].error + 1e-12), name
        assert found[name].shuffles == 3000
    expected_information = np.mean([mutual_information(table) for table in tables])
    assert expected_mutual_information(tables[0]) == pytest.approx(expected_information)
    assert found["adjusted_mutual_info"].mean == pytest.approx(
        0, abs=4.5 * found["adjusted_mutual_info"].error
    )


def test_chance_of_the_shipped_run_agrees_with_the_closed_forms_within_its_errors() -> None:
    run = shipped_embedding()
    found = chance_scores(run.train_labels, run.train_clusters)
    assert found["adjusted_rand_index"].mean == pytest.approx(0, abs=5 * found["adjusted_rand_index"].error)
    assert found["adjusted_mutual_info"].mean == pytest.approx(0, abs=5 * found["adjusted_mutual_info"].error)
    # clusters of MNIST are nearly equal in size, so its formula for equal ones is near
    assert found["rand_index"].mean == pytest.approx(
        metrics.random_rand_index(run.train_labels, 10), abs=0.001
    )
    most_frequent = np.bincount(run.train_labels).max() / 60_000
    assert most_frequent <= found["purity"].mean < most_frequent + 0.005
    assert found == chance_scores(run.train_labels, run.train_clusters)


def test_a_collapse_into_one_cluster_is_complete_and_knows_nothing() -> None:
    labels = np.array([4, 7, 7, 9])
    scores = {name: each.value for name, each in cluster_scores(labels, np.zeros(4)).items()}
    assert scores == {
        "purity": 0.5,
        "matched_share": 0.5,
        "homogeneity": 0.0,
        "completeness": 1.0,
        "v_measure": 0.0,
        "adjusted_mutual_info": 0.0,
    }


def test_each_image_alone_in_its_cluster_is_pure_and_counts_as_nothing_once_chance_is_taken_off() -> None:
    labels = np.arange(12) % 3
    scores = {name: each.value for name, each in cluster_scores(labels, np.arange(12)).items()}
    assert scores["purity"] == scores["homogeneity"] == pytest.approx(1)
    assert scores["adjusted_mutual_info"] == pytest.approx(0, abs=1e-9)
    assert scores["completeness"] < 0.5


def test_scores_of_one_class_are_undefined_and_say_why() -> None:
    for name, score in cluster_scores(np.full(6, 3), np.arange(6) % 2).items():
        assert name in SCORES
        assert math.isnan(score.value)
        assert score.reason is not None and "one class" in score.reason


def test_labellings_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="4 and 3 labels"):
        cluster_scores(np.zeros(4), np.zeros(3))
    with pytest.raises(ValueError, match="0 and 0 labels"):
        contingency(np.zeros(0), np.zeros(0))
