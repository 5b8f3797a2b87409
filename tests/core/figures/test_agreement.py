"""Agreement of classes and clusters, against scikit-learn, counting pairs, and all permutations."""

import itertools
import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from core.embedding.confusion import confusion, matched_share
from core.figures import FIGURES, Subject
from core.figures.contingency import contingency, shuffled_tables
from core.figures.estimate import chance_of
from core.figures.mutual_information import (
    adjusted_mutual_info,
    completeness,
    expected_mutual_information,
    homogeneity,
    mutual_information,
    normalized_mutual_info,
)
from core.figures.purity import purity
from core.figures.rand import adjusted_rand_index, beyond_chance, chance_rand_index, rand_index
from tests.core.figures.subjects import embedding, shipped
from tests.core.shipped import shipped_embedding

SCORES: dict[str, Callable[[np.ndarray], float]] = {
    "rand_index": rand_index,
    "adjusted_rand_index": adjusted_rand_index,
    "normalized_mutual_info": normalized_mutual_info,
    "v_measure": normalized_mutual_info,
    "homogeneity": homogeneity,
    "completeness": completeness,
    "adjusted_mutual_info": adjusted_mutual_info,
    "purity": purity,
    "matched_share": matched_share,
}
THEIRS = {
    "rand_index": sk.rand_score,
    "adjusted_rand_index": sk.adjusted_rand_score,
    "normalized_mutual_info": sk.normalized_mutual_info_score,
    "v_measure": sk.v_measure_score,
    "homogeneity": sk.homogeneity_score,
    "completeness": sk.completeness_score,
    "adjusted_mutual_info": sk.adjusted_mutual_info_score,
}
LABELLINGS = st.integers(1, 30).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)))
)


def agreeing_pairs(labels: list[int], others: list[int]) -> float:
    pairs = list(itertools.combinations(range(len(labels)), 2))
    return sum((labels[i] == labels[j]) == (others[i] == others[j]) for i, j in pairs) / len(pairs)


def check_against_scikit_learn(labels: np.ndarray, clusters: np.ndarray) -> None:
    table = contingency(labels, clusters)
    for name, theirs in THEIRS.items():
        assert SCORES[name](table) == pytest.approx(theirs(labels, clusters), abs=1e-7), name
    assert mutual_information(table) == pytest.approx(sk.mutual_info_score(labels, clusters), abs=1e-9)


@given(LABELLINGS)
@settings(max_examples=150, deadline=None)
def test_the_scores_are_scikit_learns_and_within_their_bounds(
    labellings: tuple[list[int], list[int]],
) -> None:
    labels, clusters = np.array(labellings[0]), np.array(labellings[1])
    check_against_scikit_learn(labels, clusters)
    table = contingency(labels, clusters)
    for name, score in SCORES.items():
        assert FIGURES[name].worst - 1e-12 <= score(table) <= FIGURES[name].best + 1e-12, name


def test_each_agreement_of_the_catalogue_is_its_score_of_the_shipped_run() -> None:
    run = shipped_embedding()
    check_against_scikit_learn(run.train_labels, run.train_clusters)
    table = contingency(run.train_labels, run.train_clusters)
    subject = shipped()
    for name, score in SCORES.items():
        found = FIGURES[name].function(subject)
        assert (found.value, found.error, found.of) == (score(table), 0, 60_000), name
    assert purity(table) >= matched_share(table) > 0.9
    found = FIGURES["test_adjusted_rand_index"].function(subject)
    assert found.value == pytest.approx(sk.adjusted_rand_score(run.test_labels, run.test_clusters))
    assert found.of == 10_000
    agreement = {name for name, figure in FIGURES.items() if figure.kind == "agreement"}
    assert agreement == {*SCORES, "test_adjusted_rand_index"}


@given(LABELLINGS)
@settings(max_examples=100, deadline=None)
def test_the_rand_index_is_the_share_of_pairs_that_agree_and_the_adjusted_one_lies_between_chance_and_one(
    labellings: tuple[list[int], list[int]],
) -> None:
    labels, others = labellings
    if len(labels) == 1:
        return
    table = contingency(np.array(labels), np.array(others))
    agreeing = agreeing_pairs(labels, others)
    assert rand_index(table) == pytest.approx(agreeing)
    pairs = list(itertools.combinations(range(len(labels)), 2))
    p = sum(labels[i] == labels[j] for i, j in pairs) / len(pairs)
    q = sum(others[i] == others[j] for i, j in pairs) / len(pairs)
    chance = p * q + (1 - p) * (1 - q)
    assert chance_rand_index(table) == pytest.approx(chance)
    expected = 1.0 if chance == 1 else (agreeing - chance) / (1 - chance)
    assert adjusted_rand_index(table) == pytest.approx(expected, abs=1e-9)
    parts = beyond_chance(np.array(labels), np.array(others))
    assert (parts.rand, parts.chance, parts.adjusted) == pytest.approx((agreeing, chance, expected), abs=1e-9)
    assert (parts.gained, parts.possible) == pytest.approx((agreeing - chance, 1 - chance))


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


@given(LABELLINGS)
@settings(max_examples=100)
def test_the_matched_share_is_the_best_of_all_matchings(labellings: tuple[list[int], list[int]]) -> None:
    labels, clusters = np.array(labellings[0]), np.array(labellings[1])
    table = contingency(labels, clusters)
    wide = table if table.shape[0] <= table.shape[1] else table.T
    ways = itertools.permutations(range(wide.shape[1]), wide.shape[0])
    best = max(sum(wide[row, column] for row, column in enumerate(way)) for way in ways)
    assert matched_share(table) == pytest.approx(best / len(labels))
    assert confusion(labels, clusters).matched_share == matched_share(table) <= purity(table) + 1e-12


def test_homogeneity_and_completeness_differ() -> None:
    split = contingency(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 2]))
    assert homogeneity(split) == pytest.approx(1)
    assert completeness(split) == pytest.approx(2 / 3)
    assert split.tolist() == [[1, 1, 0], [0, 0, 2]]


@pytest.mark.parametrize(
    ("labels", "clusters"), [([0, 0, 1, 1, 2], [0, 0, 0, 1, 1]), ([0, 0, 1, 2], [0, 1, 2, 2])]
)
def test_chance_is_the_mean_over_all_permutations_of_the_clusters(
    labels: list[int], clusters: list[int]
) -> None:
    ways = [contingency(np.array(labels), np.array(way)) for way in itertools.permutations(clusters)]
    drawn = shuffled_tables(np.array(labels), np.array(clusters), shuffles=3000)
    for name, score in SCORES.items():
        found = chance_of([score(table) for table in drawn])
        expected = np.mean([score(table) for table in ways])
        assert found.mean == pytest.approx(expected, abs=4.5 * found.error + 1e-12), name
    assert chance_rand_index(ways[0]) == pytest.approx(np.mean([rand_index(table) for table in ways]))
    expected_information = np.mean([mutual_information(table) for table in ways])
    assert expected_mutual_information(ways[0]) == pytest.approx(expected_information)


def test_guessing_on_the_shipped_run_agrees_with_the_closed_forms_within_its_errors() -> None:
    run, subject = shipped_embedding(), shipped()

    def guessing(name: str, of: Subject = subject) -> float:
        figure = FIGURES[name]
        assert figure.guessing is not None
        return figure.guessing(of).mean

    tables = shuffled_tables(run.train_labels, run.train_clusters)
    for name in ("rand_index", "adjusted_rand_index", "adjusted_mutual_info"):
        found = chance_of([SCORES[name](table) for table in tables])
        assert guessing(name) == pytest.approx(found.mean, abs=5 * found.error), name
    assert guessing("rand_index") == pytest.approx(0.82, abs=0.001)
    assert guessing("test_adjusted_rand_index") == 0
    most_frequent = np.bincount(run.train_labels).max() / 60_000
    assert most_frequent <= guessing("purity") < most_frequent + 0.005
    assert guessing("purity") == guessing("purity", shipped())
    assert guessing("v_measure") == guessing("normalized_mutual_info")


def test_a_collapse_into_one_cluster_is_complete_and_uninformative() -> None:
    labels = np.array([4, 7, 7, 9])
    table = contingency(labels, np.zeros(4))
    assert {name: score(table) for name, score in SCORES.items() if "rand" not in name} == {
        "purity": 0.5,
        "matched_share": 0.5,
        "homogeneity": 0.0,
        "completeness": 1.0,
        "v_measure": 0.0,
        "normalized_mutual_info": 0.0,
        "adjusted_mutual_info": 0.0,
    }


def test_each_image_in_its_own_cluster_is_pure_but_no_better_than_chance() -> None:
    table = contingency(np.arange(12) % 3, np.arange(12))
    assert purity(table) == homogeneity(table) == pytest.approx(1)
    assert adjusted_mutual_info(table) == pytest.approx(0, abs=1e-9)
    assert completeness(table) < 0.5


def test_scores_of_one_class_are_undefined_with_a_reason() -> None:
    one = Subject(embedding(np.zeros((6, 2)), np.full(6, 3), np.arange(6) % 2))
    for name in (*SCORES, "test_adjusted_rand_index"):
        score = FIGURES[name].function(one)
        assert math.isnan(score.value)
        assert score.reason is not None and "one class" in score.reason


def test_the_best_and_worst_values_are_reached() -> None:
    perfect = contingency(np.repeat(np.arange(4), 6), np.repeat([3, 0, 2, 1], 6))
    for name, score in SCORES.items():
        assert score(perfect) == pytest.approx(FIGURES[name].best), name
    crossed = contingency(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    assert adjusted_rand_index(crossed) == pytest.approx(FIGURES["adjusted_rand_index"].worst)
    assert normalized_mutual_info(crossed) == pytest.approx(0, abs=1e-12)
    assert rand_index(contingency(np.zeros(5), np.arange(5))) == FIGURES["rand_index"].worst
    alone = contingency(np.zeros(1), np.zeros(1))
    assert rand_index(alone) == adjusted_rand_index(alone) == chance_rand_index(alone) == 1


def test_labellings_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="4 and 3 labels"):
        contingency(np.zeros(4), np.zeros(3))
    with pytest.raises(ValueError, match="0 and 0 labels"):
        contingency(np.zeros(0), np.zeros(0))
