"""The k-NN classifier: test images classified by their nearest training images, over k."""

from collections.abc import Callable, Sequence

import numpy as np

from core.embedding.distances import TREE_DIMS
from core.figures.base import Figure, Subject
from core.figures.estimate import (
    COLLAPSED,
    Curve,
    Floats,
    Ints,
    Labels,
    Points,
    check_k,
    check_labels,
    curve_of,
    undefined_curve,
    why_not,
)

KNN_K = (1, 2, 3, 5, 10, 20, 50)
HEADLINE_K = 5
SEARCH = 512  # queries at a time: a fifth of a second
FOUND = 2**18  # places found at a time: some 20 MB


def knn_curve(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    *,
    ks: Sequence[int] = KNN_K,
    check_cancelled: Callable[[], None] = lambda: None,
) -> Curve:
    """The share of test points [m, d] whose k nearest training points [n, d] vote for the right label, for
    each k in `ks`, from one search (`neighbour_votes`); tied votes go to the lower label.

    Best 1, worst 0; chance: the share of the most frequent training label in the test split. With fewer
    training points than k, all of them vote. Undefined without points and if some are not finite.
    Raises ValueError for k < 1 and for points without one label each. check_cancelled: called
    periodically; may raise to abort. Source: Fix, Hodges 1951; Cover, Hart 1967.
    """
    check_k(ks)
    check_labels(train, train_labels)
    check_labels(test, test_labels)
    reason = _why_no_search(train) or _why_no_search(test)
    if reason is not None:
        return undefined_curve(ks, reason, len(test))
    names, voices = np.unique(train_labels, return_inverse=True)
    votes = neighbour_votes(train, voices, test, ks, check_cancelled)
    right = names[votes.argmax(axis=2)] == test_labels[:, None]
    favourite = names[np.bincount(voices).argmax()]
    chance = np.full(len(ks), float(np.mean(test_labels == favourite)))
    return curve_of(ks, right, chance, len(test))


def neighbour_votes(
    train: Points,
    voices: Ints,
    queries: Points,
    ks: Sequence[int],
    check_cancelled: Callable[[], None] = lambda: None,
) -> Floats:
    """Votes [q, len(ks), c] of the k nearest of train [n, d] for each of c classes. voices: [n], 0 to c-1.

    Training points tied with the k-th nearest share the remaining votes, so that the result does not depend
    on the order of the points. Points must be finite.
    """
    from sklearn.neighbors import NearestNeighbors  # a second and 60 MB

    # merge equal points: a collapsed embedding has only one place
    places, place = np.unique(train, axis=0, return_inverse=True)
    classes = int(voices.max()) + 1
    counted = np.bincount(place * classes + voices, minlength=len(places) * classes)
    members = counted.reshape(-1, classes).astype(np.float64)
    few = train.shape[1] <= TREE_DIMS  # a tree prunes most distances in few dimensions and none in many
    search = NearestNeighbors(algorithm="kd_tree" if few else "brute")
    dtype = np.float64 if few else np.float32
    search.fit(places.astype(dtype))
    votes = np.empty((len(queries), len(ks), classes))
    for start in range(0, len(queries), SEARCH):
        asked = np.arange(start, min(start + SEARCH, len(queries)))
        count = min(max(ks) + 1, len(places))
        while len(asked):
            again = []
            for part in np.array_split(asked, -(-len(asked) * count // FOUND)):
                check_cancelled()
                distances, nearest = search.kneighbors(queries[part].astype(dtype), n_neighbors=count)
                votes[part], radius = _votes(distances, members[nearest], ks)
                # if the last place found has votes, ties may be missing: search again for twice as many
                again.append(part[(distances[:, -1] == radius) & (count < len(places))])
            asked, count = np.concatenate(again), min(2 * count, len(places))
    return votes


def _votes(distances: Floats, members: Floats, ks: Sequence[int]) -> tuple[Floats, Floats]:
    """The votes [q, k, c] and the distance of the farthest voters [q]. distances: [q, p], ascending, to p places;
    members: [q, p, c], training points of each class there."""
    voters = members.sum(axis=2)
    enough = voters.cumsum(axis=1)
    weights = np.empty((len(distances), len(ks), distances.shape[1]))
    farthest = np.zeros(len(distances))
    for column, k in enumerate(ks):
        last = np.where(enough[:, -1] >= k, (enough >= k).argmax(axis=1), enough.shape[1] - 1)
        radius = np.take_along_axis(distances, last[:, None], axis=1)
        closer, there = distances < radius, distances == radius
        left = k - (voters * closer).sum(axis=1)
        share = np.minimum(1.0, left / (voters * there).sum(axis=1))
        weights[:, column] = closer + share[:, None] * there
        farthest = np.maximum(farthest, radius[:, 0])
    return np.round(weights @ members, 9), farthest  # so that rounding errors break no ties


def of_test(subject: Subject) -> Curve:
    """The curve of the test images, classified by the training images."""
    embedding = subject.embedding
    return knn_curve(
        embedding.train,
        embedding.train_labels,
        embedding.test,
        embedding.test_labels,
        check_cancelled=subject.check_cancelled,
    )


def _why_no_search(points: Points) -> str | None:
    reason = why_not(points)
    return None if reason == COLLAPSED else reason  # in a collapse all points are neighbours


ENTRIES = (
    Figure(
        "knn_accuracy",
        "5-NN test accuracy",
        "5-NN on test",
        "neighbours",
        "The share of test images whose five nearest training images vote for the right class.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance="Guessing gets about 0.1 with ten classes.",
        source="Fix, Hodges 1951; Cover, Hart 1967",
        function=lambda subject: subject.once(of_test).at(HEADLINE_K),
        guessing=lambda subject: subject.once(of_test).chance_at(HEADLINE_K),
        split="test",
        headline=True,
    ),
)
