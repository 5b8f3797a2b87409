"""Retrieval: how well an image finds others of its class, as recall over k and MAP@R."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.embedding.distances import blocks, squared_distances
from core.figures.base import Figure, Subject
from core.figures.estimate import (
    Chance,
    Curve,
    Estimate,
    Floats,
    Ints,
    Labels,
    Points,
    check_k,
    check_labels,
    curve_of,
    mean_of,
    sample_of,
    undefined,
    undefined_curve,
    why_not,
)

Bools = npt.NDArray[np.bool_]

RECALL_K = (1, 2, 4, 8, 16, 32)
SAMPLE = 1000


@dataclass(frozen=True)
class Retrieval:
    """Each image as a query among the others. recall: the share of queries with one of their class
    among the k nearest. map_at_r: the mean average precision of the R nearest, where R is the number of
    other images of the query's class; map_chance: what random neighbours get."""

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
    others; points at equal distances are ranked in random order.

    Both: best 1, worst 0. MAP@R = 1/R ∑ P(i) over the ranks i up to R of images of the query's class,
    P(i) the share of that class up to rank i: unlike recall@1 it depends on the whole class.
    Images that are the only one of their class are no queries. Undefined if there are no queries, and
    for a collapsed embedding. Raises ValueError for k < 1 and for points without one label each.
    Source: Musgrave, Belongie, Lim 2020 (MAP@R); Song et al. 2016 (recall@k).
    """
    check_k(ks)
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
    # shuffled, so that the order of tied points favours no class
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
        distances[row[:, 0], place[query]] = np.inf  # exclude the query itself
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
    """1 - the probability that k of the n - 1 others, drawn at random, include none of the R of the class."""
    kinds, counts = np.unique(others, return_counts=True)
    misses = []
    for k in ks:
        draw = np.arange(min(k, n - 1))
        left = np.maximum(n - 1 - kinds[:, None] - draw, 0) / (n - 1 - draw)
        misses.append(float((left.prod(axis=1) * counts).sum() / counts.sum()))
    return 1 - np.array(misses)


def _chance_of_map(others: Ints, n: int) -> Floats:
    """The expected MAP@R of a random order, for each R in `others`: rank i is of the class with
    probability p = R / (n-1), and given that, each rank before it with q = (R-1) / (n-2)."""
    kinds, which = np.unique(others, return_inverse=True)
    p, q = kinds / (n - 1), (kinds - 1) / max(n - 2, 1)
    harmonic = np.array([(1 / np.arange(1, r + 1)).sum() for r in kinds])
    expected: Floats = p / kinds * (harmonic + q * (kinds - harmonic))
    return expected[which]


def of_test(subject: Subject) -> Retrieval:
    """Of the test images among themselves."""
    return retrieval(subject.embedding.test, subject.embedding.test_labels, seed=subject.seed)


ENTRIES = (
    Figure(
        "recall_at_1",
        "Recall at 1",
        "Recall@1",
        "neighbours",
        "The share of test images whose nearest other test image is of the same class.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance="Guessing gets about 0.1 with ten classes.",
        source="Song, Xiang, Jegelka, Savarese 2016",
        function=lambda subject: subject.once(of_test).recall.at(1),
        guessing=lambda subject: subject.once(of_test).recall.chance_at(1),
        split="test",
    ),
    Figure(
        "map_at_r",
        "Mean average precision at R",
        "MAP@R",
        "neighbours",
        "The share of an image's R nearest test images that are of its class, early ranks counting most, where R is "
        "the number of other test images of its class.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance="Guessing gets about 0.01 with ten classes.",
        source="Musgrave, Belongie, Lim 2020",
        function=lambda subject: subject.once(of_test).map_at_r,
        guessing=lambda subject: Chance.known(subject.once(of_test).map_chance),
        split="test",
    ),
)
