"""The further figures of a run, measured once, to be kept in its folder beside its evaluation."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from core.clustering import DaviesBouldin, davies_bouldin
from core.json_form import from_json, to_json
from core.measures.cluster_metrics import chance_scores, cluster_scores
from core.measures.estimate import Chance, Curve, Estimate, Labels, Points, check_labels, exact, undefined
from core.measures.geometry import (
    alignment,
    alignment_by_chance,
    between_share,
    effective_rank,
    spread,
    uniformity,
)
from core.measures.retrieval import knn_curve, retrieval
from core.measures.silhouette import silhouettes
from core.measures.verification import Verification, verification


@dataclass(frozen=True)
class Measurements:
    """figures: name -> value with its sampling error, or why it is undefined; the names are those of
    `core.measures.more_figures.MORE_FIGURES`. chance: name -> what guessing gets, where there is such a value.
    shuffled: the same in full for the scores of the clusters, "rand_index" and "adjusted_rand_index"
    among them. digits: the Davies-Bouldin index of the true digits. knn, recall: figures over the
    number of neighbours. verification: same digit or not.
    """

    figures: dict[str, Estimate]
    chance: dict[str, float]
    shuffled: dict[str, Chance]
    digits: DaviesBouldin
    knn: Curve
    recall: Curve
    verification: Verification

    @property
    def undefined(self) -> dict[str, str]:
        """Name -> why, for the figures that have no value."""
        return {name: each.reason for name, each in self.figures.items() if each.reason is not None}

    def to_json(self) -> str:
        """JSON text; NaN as null, arrays as lists."""
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Measurements":
        """The opposite of `to_json`."""
        return from_json(cls, text)


def measure_more(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    clusters: Labels,
    *,
    reach: float | None = None,
    seed: int = 0,
    go_on: Callable[[], None] = lambda: None,
) -> Measurements:
    """All of `MORE_FIGURES` for an embedding: train [n, d] with labels [n] and clusters [n], test [m, d]
    with labels [m].

    reach: `RunConfig.reach`, the distance up to which the loss pushes different digits apart. What
    would need a table of all pairs is sampled, with its error. The same seed gives the same figures.
    go_on: called between parts of less than a second; what it raises ends the work.
    Raises ValueError for no training points and for labels that do not match the points.
    """
    for points, labels in ((train, train_labels), (test, test_labels), (train, clusters)):
        check_labels(points, labels)
    found = retrieval(test, test_labels, seed=seed)
    go_on()
    pairs = verification(test, test_labels, reach=reach, seed=seed)
    digits = davies_bouldin(train, train_labels)
    go_on()
    of_clusters, of_digits = silhouettes(train, [clusters, train_labels], seed=seed, go_on=go_on)
    go_on()
    together = between_share(train, train_labels)
    shuffled = chance_scores(train_labels, clusters, seed=seed)
    go_on()
    figures = cluster_scores(train_labels, clusters) | {
        "digits_davies_bouldin": exact(digits.score, len(train))
        if digits.reason is None
        else undefined(digits.reason, len(train)),
        "silhouette_clusters": of_clusters,
        "silhouette_digits": of_digits,
        "recall_at_1": _first(found.recall),
        "map_at_r": found.map_at_r,
        "alignment": alignment(train, train_labels),
        "uniformity": uniformity(train, seed=seed),
        "effective_rank": effective_rank(train),
        "spread": spread(train),
        "between_share": together,
        "verification_area": pairs.area,
        "verification_accuracy": pairs.accuracy,
    }
    go_on()
    chance = {name: each.mean for name, each in shuffled.items()} | {
        "recall_at_1": float(found.recall.chance[0]),
        "map_at_r": found.map_chance,
        "alignment": alignment_by_chance(train),
        "between_share": (len(digits.labels) - 1) / max(len(train) - 1, 1),
        "verification_area": 0.5,
        "verification_accuracy": 0.5,
    }
    return Measurements(
        figures=figures,
        chance={name: value for name, value in chance.items() if not math.isnan(value)},
        shuffled=shuffled,
        digits=digits,
        knn=knn_curve(train, train_labels, test, test_labels, seed=seed, go_on=go_on),
        recall=found.recall,
        verification=pairs,
    )


def _first(curve: Curve) -> Estimate:
    """Recall at 1: the curve's first place."""
    return Estimate(float(curve.value[0]), float(curve.error[0]), curve.sampled, curve.of, curve.reason)
