"""How well an embedding finds more of the same: k-NN accuracy and recall over k, and MAP@R."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.distances import TREE_DIMS, blocks, neighbour_labels, squared_distances
from core.measures.estimate import (
    NO_POINTS,
    NOT_FINITE,
    Curve,
    Estimate,
    Floats,
    Ints,
    Labels,
    Points,
    check_labels,
    curve_of,
    mean_of,
    sample_of,
    undefined,
    undefined_curve,
    why_not,
)

Bools = npt.NDArray[np.bool_]

KNN_K = (1, 2, 3, 5, 10, 20, 50)
RECALL_K = (1, 2, 4, 8, 16, 32)
SAMPLE = 1000


def knn_curve(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    *,
    ks: Sequence[int] = KNN_K,
    sample: int | None = None,
    seed: int = 0,
    go_on: Callable[[], None] = lambda: None,
) -> Curve:
    """`core.measures.metrics.knn_accuracy` for each k in `ks`, from one search: the share of test points [m, d]
    whose k nearest training points [n, d] vote for the right label; a tie goes to the lower label.

    Best 1, worst 0; chance: the share of the most frequent training label in the test split. sample:
    how many test points; by default all in up to 8 dimensions, where a tree finds neighbours fast,
    and 1,000 in more. Undefined where all training points are equal, or not finite, and without test
    points. Raises ValueError for k < 1 and for points without one label each.
    Source: Cover, Hart 1967.
    """
    _check_k(ks)
    check_labels(train, train_labels)
    check_labels(test, test_labels)
    reason = why_not(train) or _why_no_queries(test)
    if reason is not None:
        return undefined_curve(ks, reason, len(test))
    all_of_them = train.shape[1] <= TREE_DIMS
    which = sample_of(len(test), sample or (len(test) if all_of_them else SAMPLE), seed)
    names, voices = np.unique(train_labels, return_inverse=True)
    nearest = neighbour_labels(train, voices, test[which], max(ks), go_on)
    votes = np.zeros((len(which), len(names)), dtype=np.int64)
    right = np.empty((len(which), len(ks)), dtype=bool)
    row = np.arange(len(which))
    for neighbour in range(nearest.shape[1]):
        votes[row, nearest[:, neighbour]] += 1
        for column, k in enumerate(ks):
            if min(k, nearest.shape[1]) == neighbour + 1:
                right[:, column] = names[votes.argmax(axis=1)] == test_labels[which]
    favourite = names[np.bincount(voices).argmax()]
    chance = np.full(len(ks), float(np.mean(test_labels == favourite)))
    return curve_of(ks, right, chance, len(test))


@dataclass(frozen=True)
class Retrieval:
    """Each image as a query among the others. recall: the share of queries with one of their class
    among the k nearest. map_at_r: the mean average precision of the R nearest, R the number of others
    of the query's class; map_chance: what random neighbours get."""

    recall: Curve
    map_at_r: Estimate
    map_chance: float


def retrieval(
    points: Points,
    labels: Labels,
    *,
    ks: Sequence[int] = RECALL_K,
    sample: int = SAMPLE,
    seed: int = 0,
) -> Retrieval:
    """Recall@k and MAP@R of `sample` queries drawn from points [n, d] with labels [n], each among all
    the others; points at equal distances come in a random order.

    Both: best 1, worst 0. MAP@R = 1/R ∑ P(i) over the places i up to R that hold one of the query's
    class, P(i) the share of that class up to there: unlike recall@1 it asks for the whole class.
    Images that are the only one of their class ask for nothing and are left out. Undefined where that
    leaves none, and for a collapsed embedding. Raises ValueError for k < 1 and for points without one
    label each. Source: Musgrave, Belongie, Lim 2020 (MAP@R); Song et al. 2016 (recall@k).
    """
    _check_k(ks)
    check_labels(points, labels)
    members, sizes = np.unique(labels, return_inverse=True, return_counts=True)[1:]
    others = sizes[members] - 1  # R of each image
    asking = np.flatnonzero(others > 0)
    reason = why_not(points)
    if reason is None and len(asking) == 0:
        reason = "No image has another of its class, so there is nothing to find."
    if reason is None and len(sizes) == 1:
        reason = "All images are of one class, so whatever is found is right."
    if reason is not None:
        return Retrieval(undefined_curve(ks, reason, len(asking)), undefined(reason, len(asking)), np.nan)
    queries = asking[sample_of(len(asking), sample, seed)]
    ranked = _same_class_by_rank(points, members, queries, max(int(others.max()), *ks), seed)
    hits = np.stack([ranked[:, :k].any(axis=1) for k in ks], axis=1)
    r_of = others[queries]
    n = len(points)
    map_at_r = mean_of(_average_precision_at_r(ranked, r_of), len(asking))
    return Retrieval(
        recall=curve_of(ks, hits, _chance_of_recall(ks, others[asking], n), len(asking)),
        map_at_r=map_at_r,
        map_chance=float(_chance_of_map(others[asking], n).mean()),
    )


def _same_class_by_rank(points: Points, members: Ints, queries: Ints, depth: int, seed: int) -> Bools:
    """[q, depth]: whether the 1st, 2nd, ... nearest other point is of the query's class."""
    # in a random order, so that points at one place, which a sort leaves as they come, favour no class
    order = np.random.default_rng(seed).permutation(len(points))
    place = np.empty(len(points), dtype=np.int64)
    place[order] = np.arange(len(points))
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    shuffled, classes = centred[order], members[order]
    depth = min(depth, len(points) - 1)
    ranked = np.empty((len(queries), depth), dtype=bool)
    for part in blocks(len(queries), len(points)):
        query = queries[part]
        distances = squared_distances(centred[query], shuffled)
        row = np.arange(len(query))[:, None]
        distances[row[:, 0], place[query]] = np.inf  # the query itself is not there to be found
        nearest = np.argpartition(distances, depth - 1, axis=1)[:, :depth]
        nearest = nearest[row, np.argsort(distances[row, nearest], axis=1)]
        ranked[part] = classes[nearest] == members[query][:, None]
    return ranked


def _average_precision_at_r(ranked: Bools, r_of: Ints) -> Floats:
    """ranked: [q, depth], r_of: [q], at most depth; to [q]."""
    rank = np.arange(1, ranked.shape[1] + 1)
    precision = ranked.cumsum(axis=1) / rank  # P(i)
    counted = ranked & (rank <= r_of[:, None])  # in places up to R
    average: Floats = (precision * counted).sum(axis=1) / r_of
    return average


def _chance_of_recall(ks: Sequence[int], others: Ints, n: int) -> Floats:
    """1 - the chance that k of the n - 1 others, drawn at random, miss all R of the class."""
    kinds, counts = np.unique(others, return_counts=True)
    misses = []
    for k in ks:
        draw = np.arange(min(k, n - 1))
        left = np.maximum(n - 1 - kinds[:, None] - draw, 0) / (n - 1 - draw)
        misses.append(float((left.prod(axis=1) * counts).sum() / counts.sum()))
    return 1 - np.array(misses)


def _chance_of_map(others: Ints, n: int) -> Floats:
    """The expected MAP@R of a random order, for each R of `others`: place i is of the class with
    probability p = R / (n-1), each place before it then with q = (R-1) / (n-2)."""
    kinds, which = np.unique(others, return_inverse=True)
    p, q = kinds / (n - 1), (kinds - 1) / max(n - 2, 1)
    harmonic = np.array([(1 / np.arange(1, r + 1)).sum() for r in kinds])
    expected: Floats = p / kinds * (harmonic + q * (kinds - harmonic))
    return expected[which]


def _why_no_queries(points: Points) -> str | None:
    if len(points) == 0:
        return NO_POINTS
    return None if np.isfinite(points).all() else NOT_FINITE


def _check_k(ks: Sequence[int]) -> None:
    if not ks or min(ks) < 1:
        raise ValueError(f"At least one neighbour must be looked at; got k = {list(ks)}.")
