"""The shipped runs whose figures disagree: they do, they are small, and the blamed points explain it."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, rand_score
from sklearn.neighbors import KNeighborsClassifier

from core.clustering import davies_bouldin
from core.embedding.confusion import confusion
from core.figures import FIGURES
from core.lessons.disagreements import (
    DISAGREEMENTS,
    LOOKS_GOOD,
    Disagreement,
    blamed,
    far_but_among_their_own,
    looks_good,
    most_mixed_cluster,
    neighbours_of_its_class,
)
from core.runs import Embedding, Run
from core.shipping import KEPT_OF_A_SMALL_RUN, ship_small

ALL = list(DISAGREEMENTS.values())
EXPECTED = {  # which of the four look good
    "hardly_trained": {"rand_index"},
    "narrow": {"rand_index", "davies_bouldin"},
    "wide": {"rand_index", "adjusted_rand_index", "knn_accuracy"},
}


@pytest.mark.parametrize("each", ALL, ids=list(DISAGREEMENTS))
def test_the_figures_disagree_as_intended_and_match_scikit_learn(each: Disagreement) -> None:
    embedding = each.run.embedding()
    truth, found = embedding.train_labels, embedding.train_clusters
    voters = KNeighborsClassifier(5).fit(embedding.train, truth)
    values = {
        "rand_index": rand_score(truth, found),
        "adjusted_rand_index": adjusted_rand_score(truth, found),
        "davies_bouldin": davies_bouldin_score(embedding.train.astype(float), found),
        "knn_accuracy": voters.score(embedding.test, embedding.test_labels),
    }
    assert {name for name, value in values.items() if looks_good(name, value)} == EXPECTED[each.name]
    for name, value in values.items():
        # a squeezed network maps many images to one point: scikit-learn takes any five of them, we take all
        close = 0.04 if name == "knn_accuracy" else 1e-6
        assert each.run.evaluation().values[name] == pytest.approx(value, abs=close)


@pytest.mark.parametrize("each", ALL, ids=list(DISAGREEMENTS))
def test_each_shipped_run_has_its_config_and_is_small(each: Disagreement) -> None:
    run = each.run
    assert run.config() == each.config
    assert {path.name for path in run.folder.iterdir()} == set(KEPT_OF_A_SMALL_RUN)
    assert sum(path.stat().st_size for path in run.folder.iterdir()) < 800_000
    assert run.evaluation().undefined == {}
    assert "{" not in each.how.format(steps=run.status().step)


def test_what_looks_good_depends_on_the_direction() -> None:
    assert LOOKS_GOOD.keys() <= FIGURES.keys()
    for name, bound in LOOKS_GOOD.items():
        better = 0.01 if FIGURES[name].direction == "higher" else -0.01
        assert looks_good(name, bound + better) and not looks_good(name, bound - better)
        assert not looks_good(name, float("nan"))


def test_the_most_mixed_cluster_has_the_lowest_share_of_a_single_class() -> None:
    embedding = DISAGREEMENTS["narrow"].run.embedding()
    shares = {
        cluster: np.bincount(embedding.train_labels[embedding.train_clusters == cluster]).max()
        / (embedding.train_clusters == cluster).sum()
        for cluster in range(10)
    }
    found = blamed(DISAGREEMENTS["narrow"])
    worst = min(shares, key=shares.__getitem__)
    assert set(embedding.train_clusters[found.images]) == {worst}
    assert len(found.images) == (embedding.train_clusters == worst).sum()
    assert f"more than {shares[worst]:.0%}" in found.sentence


def test_far_images_are_far_and_have_neighbours_of_their_class() -> None:
    embedding = DISAGREEMENTS["wide"].run.embedding()
    found = blamed(DISAGREEMENTS["wide"])
    assert len(found.images) > 20
    centres = [embedding.train[embedding.train_labels == label].mean(axis=0) for label in (0, 1)]
    apart = np.linalg.norm(centres[0] - centres[1])
    away = [
        np.linalg.norm(embedding.train[place] - centres[embedding.train_labels[place]])
        for place in found.images
    ]
    assert min(away) > apart
    assert away == sorted(away, reverse=True)
    for place in found.images[:10]:
        distance = np.linalg.norm(embedding.train - embedding.train[place], axis=1)
        near = np.argsort(distance)[1:6]
        assert (embedding.train_labels[near] == embedding.train_labels[place]).all()


def hand_made() -> Embedding:
    """Class 0 at 0, with one image far out at 5; class 1 at 1 and at 5."""
    x = np.array(
        [0, 0.01, 0.02, 0.03, 0.04, 0.05, 5.0, 1, 1.01, 1.02, 1.03, 1.04, 1.05, 5.01, 5.02, 5.03, 5.04, 5.05]
    )
    labels = np.array([0] * 7 + [1] * 11, np.uint8)
    points = np.stack([x, np.zeros_like(x)], axis=1).astype(np.float32)
    return Embedding(points, points, labels, labels, labels, labels)


def test_a_far_image_among_another_class_is_not_included() -> None:
    embedding = hand_made()
    assert neighbours_of_its_class(embedding, 6) == 0
    assert neighbours_of_its_class(embedding, 0) == 5
    assert 6 not in far_but_among_their_own(embedding).images


def test_the_mixed_cluster_is_blamed_and_not_the_pure_one() -> None:
    embedding = dataclasses.replace(hand_made(), train_clusters=np.array([0] * 6 + [1] * 12, np.uint8))
    table = confusion(embedding.train_labels, embedding.train_clusters)
    index = davies_bouldin(embedding.train, embedding.train_clusters)
    assert most_mixed_cluster(embedding, table, index).images.tolist() == list(range(6, 18))


def test_a_small_run_replaces_the_previous_one(finished: Run, tmp_path) -> None:
    target = Run(tmp_path / "small")
    target.folder.mkdir()
    (target.folder / "leftover").touch()
    shipped = ship_small(finished, target)
    assert {path.name for path in shipped.folder.iterdir()} == set(KEPT_OF_A_SMALL_RUN)
    assert np.array_equal(shipped.embedding().train, finished.embedding().train)
    assert shipped.evaluation().to_json() == finished.evaluation().to_json()
