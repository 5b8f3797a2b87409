"""Slow and obvious oracles of the losses: one Python loop over pairs or triplets, in plain floats.

Written from the formulas of the papers and seed documents, not from core/losses, so that the two can
disagree. `ORACLES` maps a loss's name to `oracle(points, labels, parameters, tuples) -> terms`.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.core.losses.loops import (
    Points,
    cosine,
    distance,
    dot,
    every_triplet,
    log_sum,
    mean,
    negatives,
    positives,
    unit,
)

Tuples = Sequence[tuple[int, ...]]


Terms = dict[str, float]


Parameters = Mapping[str, Any]


def pair_loss(
    pull: Callable[[float], float],
    push: Callable[[float], float],
    points: Points,
    labels: Sequence[int],
    pairs: Tuples | None,
) -> Terms:
    """Given pairs: the mean of y pull + (1-y) push. All pairs: positives and negatives weighted equally."""
    chosen = itertools.combinations(range(len(labels)), 2) if pairs is None else pairs
    pulls, pushes = [], []
    for i, j in chosen:
        d = distance(points[i], points[j])
        if labels[i] == labels[j]:
            pulls.append(pull(d))
        else:
            pushes.append(push(d))
    if pairs is None:
        return {"attraction": mean(pulls) / 2, "repulsion": mean(pushes) / 2}
    return {"attraction": sum(pulls) / len(pairs), "repulsion": sum(pushes) / len(pairs)}


def contrastive(points: Points, labels: Sequence[int], given: Parameters, pairs: Tuples | None) -> Terms:
    """Hadsell, Chopra, LeCun 2006, eq. 4 (their Y = 0 for positive pairs): d²/2 and max(0, m - d)²/2."""
    margin = given["margin"]
    return pair_loss(lambda d: d * d / 2, lambda d: max(0, margin - d) ** 2 / 2, points, labels, pairs)


def contrastive_squared(
    points: Points, labels: Sequence[int], given: Parameters, pairs: Tuples | None
) -> Terms:
    """The PyTorch tutorial: h/2 and max(0, m - h)/2 with h = d²."""
    margin = given["margin"]
    return pair_loss(lambda d: d * d / 2, lambda d: max(0, margin - d * d) / 2, points, labels, pairs)


def pair_hinge_triplet(
    points: Points, labels: Sequence[int], given: Parameters, triplets: Tuples | None
) -> Terms:
    """The Wolfram notebook: posdist + Max[0, m - Sqrt[negdist]]^2, the mean over the batch."""
    margin = given["margin"]
    pulls, pushes = [], []
    for a, p, n in every_triplet(labels) if triplets is None else triplets:
        pulls.append(distance(points[a], points[p]) ** 2)
        pushes.append(max(0, margin - distance(points[a], points[n])) ** 2)
    return {"attraction": mean(pulls), "repulsion": mean(pushes)}


def triplet_margin(
    points: Points, labels: Sequence[int], given: Parameters, triplets: Tuples | None
) -> Terms:
    """Balntas et al. 2016: max(0, d(a,p) - d(a,n) + m), the mean over the batch."""
    margin = given["margin"]
    return {
        "triplet": mean(
            [
                max(0, distance(points[a], points[p]) - distance(points[a], points[n]) + margin)
                for a, p, n in (every_triplet(labels) if triplets is None else triplets)
            ]
        )
    }


def soft_margin_triplet(
    points: Points, labels: Sequence[int], given: Parameters, triplets: Tuples | None
) -> Terms:
    """Hermans, Beyer, Leibe 2017: log(1 + exp(d(a,p) - d(a,n))), the mean over the triplets."""
    return {
        "triplet": mean(
            [
                log_sum([0, distance(points[a], points[p]) - distance(points[a], points[n])])
                for a, p, n in (every_triplet(labels) if triplets is None else triplets)
            ]
        )
    }


def n_pair(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Sohn 2016, eq. 7: one pair of each class per round; the negatives are the other pairs' positives."""
    waiting = {c: [i for i in range(len(labels)) if labels[i] == c] for c in labels}
    losses = []
    while any(len(images) >= 2 for images in waiting.values()):
        pairs = []
        for c, images in waiting.items():
            if len(images) >= 2:
                pairs.append((images[0], images[1]))
            waiting[c] = images[2:]
        for a, p in pairs:
            own = dot(points[a], points[p])
            others = [dot(points[a], points[q]) - own for _, q in pairs if q != p]
            losses.append(log_sum([0, *others]))
    return {"n_pair": mean(losses)}


def lifted_structure(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Oh Song et al. 2016, eq. 4: half the mean of max(0, J)² over the positive pairs."""
    losses = []
    for i, j in itertools.combinations(range(len(labels)), 2):
        if labels[i] != labels[j]:
            continue
        pushes = [given["margin"] - distance(points[i], points[k]) for k in negatives(labels, i)]
        pushes += [given["margin"] - distance(points[j], points[k]) for k in negatives(labels, j)]
        losses.append(max(0.0, log_sum(pushes) + distance(points[i], points[j])) ** 2)
    return {"lifted_structure": mean(losses) / 2}


def nt_xent(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Chen et al. 2020, eq. 1, for each positive pair; the negatives are the images of other classes."""
    t = given["temperature"]
    losses = []
    for i in range(len(labels)):
        for j in positives(labels, i):
            own = cosine(points[i], points[j]) / t
            others = [cosine(points[i], points[k]) / t for k in negatives(labels, i)]
            losses.append(log_sum([own, *others]) - own)
    return {"nt_xent": mean(losses)}


def supcon(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Khosla et al. 2020, eq. 2."""
    t = given["temperature"]
    losses = []
    for i in range(len(labels)):
        others = log_sum(cosine(points[i], points[a]) / t for a in range(len(labels)) if a != i)
        logs = [cosine(points[i], points[p]) / t - others for p in positives(labels, i)]
        if logs:
            losses.append(-sum(logs) / len(logs))
    return {"supcon": mean(losses)}


def soft_nearest_neighbour(
    points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None
) -> Terms:
    """Frosst et al. 2019, eq. 1, over the images that have another of their class."""
    t = given["temperature"]
    losses = []
    for i in range(len(labels)):
        near = {j: -(distance(points[i], points[j]) ** 2) / t for j in range(len(labels)) if j != i}
        if positives(labels, i):
            losses.append(log_sum(near.values()) - log_sum(near[j] for j in positives(labels, i)))
    return {"soft_nearest_neighbour": mean(losses)}


def multi_similarity(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Wang et al. 2019, eq. 15, with alpha = 2."""
    a, b, threshold = 2.0, given["scale"], given["similarity_margin"]
    pulls, pushes = [], []
    for i in range(len(labels)):
        to = [cosine(points[i], point) - threshold for point in points]
        pulls.append(log_sum([0, *(-a * to[p] for p in positives(labels, i))]) / a)
        pushes.append(log_sum([0, *(b * to[n] for n in negatives(labels, i))]) / b)
    return {"attraction": mean(pulls), "repulsion": mean(pushes)}


def circle(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Sun et al. 2020, eq. 4 with the weights of eq. 6 and the margins of eq. 8, each image as an anchor.

    The weights are computed from `given["held"]` if present, which the paper's gradient holds constant.
    """
    g, m = given["scale"], given["similarity_margin"]
    held = given.get("held", points)
    losses = []
    for i in range(len(labels)):
        pulls, pushes = [], []
        for p in positives(labels, i):
            weight = max(0.0, 1 + m - cosine(held[i], held[p]))
            pulls.append(-g * weight * (cosine(points[i], points[p]) - (1 - m)))
        for n in negatives(labels, i):
            weight = max(0.0, cosine(held[i], held[n]) + m)
            pushes.append(g * weight * (cosine(points[i], points[n]) - m))
        if pulls and pushes:
            losses.append(log_sum([0, *(x + y for x in pulls for y in pushes)]))
    return {"circle": mean(losses)}


def center(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Wen et al. 2016, eq. 5, divided by the number of images."""
    entropies, pulls = [], []
    for x, y in zip(points, labels, strict=True):
        scores = [dot(w, x) + b for w, b in zip(given["head"], given["bias"], strict=True)]
        entropies.append(log_sum(scores) - scores[y])
        pulls.append(distance(x, given["centers"][y]) ** 2)
    return {"softmax": mean(entropies), "center": given["weight"] / 2 * mean(pulls)}


def proxy_anchor(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Kim et al. 2020, eq. 4."""
    a, delta = given["scale"], given["similarity_margin"]
    pulls, pushes = [], []
    for c, proxy in enumerate(given["proxies"]):
        own = [cosine(proxy, x) for x, y in zip(points, labels, strict=True) if y == c]
        others = [cosine(proxy, x) for x, y in zip(points, labels, strict=True) if y != c]
        if own:
            pulls.append(log_sum([0, *(-a * (s - delta) for s in own)]))
        pushes.append(log_sum([0, *(a * (s + delta) for s in others)]))
    return {"attraction": mean(pulls), "repulsion": mean(pushes)}


def alignment_uniformity(points: Points, labels: Sequence[int], given: Parameters, _: Tuples | None) -> Terms:
    """Wang, Isola 2020, section 4.1: alpha = 2, t = 2."""
    alike, everything = [], []
    for i, j in itertools.combinations(range(len(labels)), 2):
        squared = distance(unit(points[i]), unit(points[j])) ** 2
        everything.append(math.exp(-2 * squared))
        if labels[i] == labels[j]:
            alike.append(squared)
    uniformity = math.log(mean(everything)) if everything else 0.0
    return {"alignment": mean(alike), "uniformity": given["weight"] * uniformity}


Oracle = Callable[[Points, Sequence[int], Parameters, Tuples | None], Terms]


ORACLES: dict[str, Oracle] = {
    "contrastive": contrastive,
    "contrastive_squared": contrastive_squared,
    "pair_hinge_triplet": pair_hinge_triplet,
    "triplet_margin": triplet_margin,
    "soft_margin_triplet": soft_margin_triplet,
    "n_pair": n_pair,
    "lifted_structure": lifted_structure,
    "nt_xent": nt_xent,
    "supcon": supcon,
    "soft_nearest_neighbour": soft_nearest_neighbour,
    "multi_similarity": multi_similarity,
    "circle": circle,
    "center": center,
    "proxy_anchor": proxy_anchor,
    "alignment_uniformity": alignment_uniformity,
}


def slope(
    oracle: Oracle, points: Points, labels: Sequence[int], given: Parameters, tuples: Tuples | None
) -> Points:
    """The total's gradient by central differences, coordinate by coordinate."""
    step = 1e-5

    def total(i: int, k: int, by: float) -> float:
        moved = [list(point) for point in points]
        moved[i][k] += by
        return sum(oracle(moved, labels, {**given, "held": points}, tuples).values())

    return [
        [(total(i, k, step) - total(i, k, -step)) / (2 * step) for k in range(len(point))]
        for i, point in enumerate(points)
    ]
