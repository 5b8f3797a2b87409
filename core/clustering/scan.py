"""How many clusters? KMeans for each k, with inertia, silhouette and Davies-Bouldin index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from core.figures.contingency import contingency
from core.figures.davies_bouldin import davies_bouldin
from core.figures.estimate import Estimate, Labels, Points, check_labels
from core.figures.rand import adjusted_rand_index
from core.figures.silhouette import silhouette

KS = tuple(range(2, 21))
RESTARTS = 3
SAMPLE = 500


@dataclass(frozen=True)
class ScanRow:
    """KMeans with k clusters. found: the actual number, less than k for too few distinct points.

    inertia: decreases with k, so it has no best k. silhouette: with its standard error, best 1.
    davies_bouldin: best 0, NaN if undefined. adjusted_rand_index: against the classes, which the
    other three do not use.
    """

    k: int
    found: int
    inertia: float
    silhouette: Estimate
    davies_bouldin: float
    adjusted_rand_index: float


def scan(
    points: Points,
    labels: Labels,
    ks: Sequence[int] = KS,
    *,
    restarts: int = RESTARTS,
    sample: int = SAMPLE,
    seed: int = 0,
) -> Iterator[ScanRow]:
    """Yield one row for each k. points: [n, d], all of them clustered, labels: [n], the classes.

    restarts: k-means++ initialisations for each k. sample: the number of points for the silhouette, the
    same points for each k. Raises ValueError if points and labels do not match, for no points, k < 1, and
    coordinates that are not finite.
    """
    check_labels(points, labels)
    for k in ks:
        yield _row(points, labels, k, restarts, sample, seed)


def _row(points: Points, labels: Labels, k: int, restarts: int, sample: int, seed: int) -> ScanRow:
    from core.clustering.kmeans import kmeans  # imports scikit-learn: a second and 60 MB

    # threads gain little on such small products, and cost a lot when other sessions compute too
    with threadpool_limits(1):
        clusters = kmeans(points, k, seed=seed, restarts=restarts)
        return ScanRow(
            k=k,
            found=len(clusters.centroids),
            inertia=clusters.inertia,
            silhouette=silhouette(points, clusters.labels, sample=sample, seed=seed),
            davies_bouldin=davies_bouldin(points, clusters.labels).score,
            adjusted_rand_index=adjusted_rand_index(contingency(labels, clusters.labels)),
        )
