"""All figures of a run compared with KMeans alone: the cost of measuring beyond the clustering."""

import time
from statistics import median

from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from benchmarks.row import Row, say
from core.clustering.kmeans import clustered
from core.figures.evaluation import evaluate
from core.runs import Embedding, shipped_run

ROUNDS = 5
RESTARTS = 10  # as in core.clustering.kmeans


def measure() -> list[Row]:
    """The time of all figures of the shipped run's 60,000 points, as a share of 1.5 times scikit-learn's
    KMeans of the same points plus one second."""
    run = shipped_run()
    embedding, reach = run.embedding(), run.config().reach
    say(f"{ROUNDS} rounds of the whole standard set and of KMeans alone ...")
    _ours(embedding, reach)  # warm-up
    _theirs(embedding)
    ours, theirs = (
        median(times)
        for times in zip(*((_ours(embedding, reach), _theirs(embedding)) for _ in range(ROUNDS)), strict=True)
    )
    what = f"whole standard set; KMeans alone ({RESTARTS} restarts); share of 1.5 x + 1 s"
    return [Row("clusters", what, "s", ours, theirs, ours / (1.5 * theirs + 1), high=1)]


def _ours(embedding: Embedding, reach: float | None) -> float:
    """KMeans and all of `core.figures`, on one thread, as in the worker."""
    splits = embedding.train, embedding.train_labels, embedding.test, embedding.test_labels
    with threadpool_limits(1):
        began = time.perf_counter()
        evaluate(clustered(*splits, classes=10), reach=reach)
        return time.perf_counter() - began


def _theirs(embedding: Embedding) -> float:
    """scikit-learn's KMeans by default, on all cores."""
    began = time.perf_counter()
    KMeans(10, n_init=RESTARTS, random_state=0).fit(embedding.train)
    return time.perf_counter() - began
