"""What came out of a run: its figures, computed once, by the worker, and kept in its folder."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.clustering import DaviesBouldin, davies_bouldin
from core.confusion import Confusion, confusion
from core.json_form import from_json, to_json

if TYPE_CHECKING:
    from core.measures.kmeans import Clustering

Points = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Evaluation:
    """The figures of one run.

    figures: name -> value, NaN where undefined; the names are those of `core.measures.figures.FIGURES`.
    undefined: name -> why, in a sentence. random_rand_index: what guessing would score.
    """

    figures: dict[str, float]
    undefined: dict[str, str]
    random_rand_index: float
    davies_bouldin: DaviesBouldin
    confusion: Confusion

    def to_json(self) -> str:
        """JSON text; NaN as null, arrays as lists."""
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """The opposite of `to_json`."""
        return from_json(cls, text)


def evaluate(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    classes: int,
    go_on: Callable[[], None] = lambda: None,
) -> tuple[Evaluation, "Clustering", npt.NDArray[np.int32]]:
    """The figures of an embedding, its KMeans clusters, and the clusters [m] of the test points.

    train [n, d] with labels [n], test [m, d] with labels [m]; k = `classes`. KMeans is fitted on
    the training split alone; the test points go to its nearest centroid. go_on: called several times a second;
    what it raises ends the work.
    """
    # scikit-learn: a second and 60 MB, which a process that only reads evaluations does not need
    from core.measures import metrics
    from core.measures.kmeans import assign, kmeans

    clusters = _in_order_of_digits(kmeans(train, classes, go_on=go_on), train_labels)
    test_clusters = assign(test, clusters.centroids)
    davies = davies_bouldin(train, clusters.labels)
    figures = {
        "rand_index": metrics.rand_index(train_labels, clusters.labels),
        "adjusted_rand_index": metrics.adjusted_rand_index(train_labels, clusters.labels),
        "normalized_mutual_info": metrics.normalized_mutual_info(train_labels, clusters.labels),
        "davies_bouldin": davies.score,
        "test_adjusted_rand_index": metrics.adjusted_rand_index(test_labels, test_clusters),
        "knn_accuracy": metrics.knn_accuracy(train, train_labels, test, test_labels, go_on=go_on),
    }
    evaluation = Evaluation(
        figures=figures,
        undefined={} if davies.reason is None else {"davies_bouldin": davies.reason},
        random_rand_index=metrics.random_rand_index(train_labels, classes),
        davies_bouldin=davies,
        confusion=confusion(train_labels, clusters.labels),
    )
    return evaluation, clusters, test_clusters


def _in_order_of_digits(clusters: "Clustering", digits: Labels) -> "Clustering":
    """The same clusters, numbered as the digits that they match: KMeans numbers them at random."""
    order = confusion(digits, clusters.labels).clusters
    new = np.empty(len(order), dtype=np.int32)
    new[order] = np.arange(len(order), dtype=np.int32)
    return replace(clusters, labels=new[clusters.labels], centroids=clusters.centroids[order])
