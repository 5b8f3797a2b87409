"""Where a visitor's image lands in a run's embedding, its neighbours, and its journey through training."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.embedding.nearest import Neighbours, nearest
from core.encoders.numpy_encoder import NumpyEncoder, encoder_of
from core.figures.estimate import COLLAPSED, why_not
from core.runs import Embedding, Run, RunDamaged

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]
Weights = dict[str, Floats]

VOTERS = 10


@dataclass(frozen=True)
class Landing:
    """point: [d], its embedding. neighbours: the nearest training images, with labels [k].

    votes: [classes], the neighbours of each class. winner: the class with the most votes; on a tie, the one
    with the nearest image. cluster: the KMeans cluster with the nearest centroid. to_centroid: the distance
    to it. undecided: why the votes are arbitrary, in a sentence, if they are.
    """

    point: Floats
    neighbours: Neighbours
    labels: Labels
    votes: npt.NDArray[np.int64]
    winner: int
    cluster: int
    to_centroid: float
    undecided: str | None = None


@dataclass(frozen=True)
class Step:
    """One stop of a journey: `point` [d] after `step` training steps, and its nearest images of the sample:
    indices into the split [k], labels [k] and distances [k]."""

    step: int
    point: Floats
    places: npt.NDArray[np.int64]
    labels: Labels
    distances: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Journey:
    """All stops in order, and the split ("train" or "test") of the neighbouring images."""

    split: str
    stops: tuple[Step, ...]


def encoder_for(run: Run) -> NumpyEncoder:
    """The finished run's encoder. Raises RunDamaged if its weights don't fit its config."""
    return _encoder(run, run.weights())


def land(embedding: Embedding, point: Floats, k: int = VOTERS) -> Landing:
    """The landing of `point` [d] among the training images of an embedding.

    Raises ValueError for a point of other dimensions, and if no training image has a finite embedding.
    """
    neighbours = nearest(embedding.train, point, k)
    labels = embedding.train_labels[neighbours.indices]
    if len(labels) == 0:
        raise ValueError("No training image has a place in this embedding: its training has diverged.")
    votes = np.bincount(labels, minlength=int(embedding.train_labels.max()) + 1)
    # on a tie, the class of the nearest image wins
    winner = int(labels[np.flatnonzero(votes[labels] == votes.max())[0]])
    clusters = np.unique(embedding.train_clusters)
    centroids = np.stack(
        [
            embedding.train[embedding.train_clusters == cluster].mean(axis=0, dtype=np.float64)
            for cluster in clusters
        ]
    )
    away = np.linalg.norm(centroids - point, axis=1)
    return Landing(
        point,
        neighbours,
        labels,
        votes,
        winner,
        int(clusters[away.argmin()]),
        float(away.min()),
        _undecided(embedding.train, point, neighbours),
    )


def _undecided(train: Floats, point: Floats, found: Neighbours) -> str | None:
    """Why the neighbours are an arbitrary choice: in a collapse, or if more images are exactly as near as all of
    them."""
    if why_not(train) == COLLAPSED:
        return COLLAPSED
    near, far = found.distances[[0, -1]]
    if near != far:
        return None
    away = train - point.astype(np.float64)
    tied = int(np.count_nonzero(np.sqrt(np.einsum("ij,ij->i", away, away)) <= far))
    if tied <= len(found.indices):
        return None
    return f"{tied:,} training images are equally near, so which of them are the nearest is arbitrary."


def journey(run: Run, image: Image, k: int = 6) -> Journey | None:
    """The journey of an image [784] through all snapshots of a run, with the nearest k of the 2,000 sample
    images at each; None if the run has no snapshots, like the shipped one.

    Raises RunDamaged.
    """
    steps = run.snapshot_steps()
    if not steps:
        return None
    sample = run.sample()
    stops = []
    for step in steps:
        point = _encoder(run, run.weights_at(step)).embed(image[None])[0]
        found = nearest(run.snapshot(step).embeddings, point, k)
        stops.append(
            Step(step, point, sample.indices[found.indices], sample.labels[found.indices], found.distances)
        )
    return Journey(sample.split, tuple(stops))


def _encoder(run: Run, weights: Weights) -> NumpyEncoder:
    try:
        return encoder_of(run.config(), weights)
    except ValueError as error:
        raise RunDamaged(f"The run's weights are not those of its settings. {error}") from error
