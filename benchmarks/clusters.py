"""All figures of a run compared with KMeans and, in many dimensions, the nearest neighbours alone: the cost of
measuring beyond them."""

import time
from statistics import median

import torch
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from benchmarks.peak import peak, reset_peak
from benchmarks.row import Row, say
from benchmarks.trained import Silent
from core.clustering.kmeans import clustered
from core.config import RunConfig
from core.data import load
from core.encoders.encoder import embed
from core.figures.evaluation import evaluate
from core.figures.neighbours import KNN_K
from core.runs import Embedding, shipped_run
from core.training import train

ROUNDS = 5
RESTARTS = 10  # as in core.clustering.kmeans
DIMS, NEIGHBOURS = 64, max(KNN_K)


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


def wide() -> list[Row]:
    """The same for a run in many dimensions, whose nearest neighbours cost most; and the memory it takes."""
    config, data = RunConfig(embedding_dims=DIMS), load("mnist")
    say(f"A run in {DIMS} dimensions: its training, its figures, scikit-learn's KMeans and neighbours ...")
    trained = train(config, data, Silent())
    train_points, test_points = (
        embed(trained.encoder, torch.from_numpy(split.images)).numpy() for split in (data.train, data.test)
    )
    before, began = reset_peak(), time.perf_counter()
    splits = train_points, data.train.labels, test_points, data.test.labels
    with threadpool_limits(1):
        evaluate(clustered(*splits, classes=10), reach=config.reach)
    ours, held = time.perf_counter() - began, peak() - before
    began = time.perf_counter()
    with threadpool_limits(1):
        KMeans(10, n_init=RESTARTS, random_state=0).fit(train_points)
        NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(train_points).kneighbors(test_points)
    theirs = time.perf_counter() - began
    what = f"{DIMS}-D: whole standard set; KMeans and {NEIGHBOURS} neighbours alone; share of 1.5 x + 1 s"
    return [
        Row("clusters_wide", what, "s", ours, theirs, ours / (1.5 * theirs + 1), high=1),
        Row(
            "clusters_wide",
            f"{DIMS}-D: memory for it; of the points",
            "MB",
            held / 1e6,
            train_points.nbytes / 1e6,
            high=200,
        ),
    ]


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
