"""Three small shipped runs whose figures disagree, and the points that explain why."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import pdist

from core import environment
from core.clustering import DaviesBouldin
from core.config import RunConfig
from core.embedding.confusion import Confusion
from core.embedding.nearest import nearest
from core.figures import FIGURES
from core.runs import Embedding, Run

Ints = npt.NDArray[np.int64]

# Thresholds above (Davies-Bouldin: below) which a figure looks good on its own; a matter of taste, as the
# page says.
LOOKS_GOOD = {
    "rand_index": 0.8,
    "adjusted_rand_index": 0.6,
    "davies_bouldin": 0.6,
    "knn_accuracy": 0.9,
}
NEIGHBOURS = 5


@dataclass(frozen=True)
class Disagreement:
    """A run whose figures disagree.

    name: of its folder. how: how it was trained, without the results; {steps} stands for its number of steps.
    why: what makes the figures disagree. shows: which points explain it; see `blamed`.
    """

    name: str
    title: str
    config: RunConfig
    how: str
    why: str
    shows: Literal["mixed", "far"]

    @property
    def run(self) -> Run:
        """The shipped run."""
        return Run(environment.shipped_disagreements_folder() / self.name)


DISAGREEMENTS: dict[str, Disagreement] = {
    each.name: each
    for each in (
        Disagreement(
            "hardly_trained",
            "Hardly trained",
            RunConfig(epochs=1, learning_rate=1e-5, batch_size=4096),
            "All ten digits, only {steps} steps, at 1/300 of the usual learning rate.",
            "Most pairs are of different classes, and any ten clusters of similar size separate most of them: that "
            "alone makes the Rand index high. The adjusted index only counts agreement beyond that.",
            "mixed",
        ),
        Disagreement(
            "narrow",
            "Squeezed through two units",
            RunConfig(epochs=1, hidden=(2, 2, 2), seed=2),
            "The usual training, but each hidden layer has only two units.",
            "The points form narrow groups, and that is all that Davies-Bouldin measures: it uses no labels. Each "
            "group mixes several classes, so a neighbour says little about an image's class.",
            "mixed",
        ),
        Disagreement(
            "wide",
            "Two classes, ten dimensions",
            RunConfig(
                digits=2, embedding_dims=10, hidden=(512,), epochs=1, learning_rate=1e-5, batch_size=4096
            ),
            "Only zeros and ones, ten dimensions, {steps} steps at 1/300 of the usual learning rate.",
            "The classes are wide and their centres close, so Davies-Bouldin is bad. But a class need not be compact: "
            "even far out, an image's neighbours are of its own class.",
            "far",
        ),
    )
}


def looks_good(name: str, value: float) -> bool:
    """Whether a figure looks good on its own; an undefined one never does."""
    lower = FIGURES[name].direction == "lower"
    return bool(value <= LOOKS_GOOD[name] if lower else value >= LOOKS_GOOD[name])


@dataclass(frozen=True)
class Blamed:
    """The training images that show why. images: their indices [k]. sentence: describes them."""

    images: Ints
    sentence: str


def most_mixed_cluster(embedding: Embedding, table: Confusion, index: DaviesBouldin) -> Blamed:
    """The cluster in which the most frequent class has the lowest share."""
    purest = table.column_shares.max(axis=0)
    column = int(purest.argmin())
    cluster = int(table.clusters[column])
    images = np.flatnonzero(embedding.train_clusters == cluster)
    place = int(np.flatnonzero(index.labels == cluster)[0])
    return Blamed(
        images,
        f"The most mixed of the clusters: of its {len(images):,} images no class has more than {purest[column]:.0%}. "
        f"With its rival it has an S of {index.similarity[place, index.rival[place]]:.2f}.",
    )


def far_but_among_their_own(embedding: Embedding, *, looked_at: int = 400, seed: int = 0) -> Blamed:
    """Those of `looked_at` random images that are farther from the centre of their class than the centres are
    from each other, and whose nearest neighbours are still of their class; farthest first."""
    points, labels = embedding.train.astype(np.float64), embedding.train_labels
    names = np.unique(labels)
    centres = np.stack([points[labels == name].mean(axis=0) for name in names])
    apart = float(pdist(centres).min())
    some = np.random.default_rng(seed).permutation(len(points))[:looked_at]
    distance = np.linalg.norm(points[some] - centres[np.searchsorted(names, labels[some])], axis=1)
    far = some[np.argsort(-distance)][: int((distance > apart).sum())]
    right = [place for place in far if neighbours_of_its_class(embedding, int(place)) == NEIGHBOURS]
    return Blamed(
        np.array(right, dtype=np.int64),
        f"Of {len(some):,} random images {len(far):,} lie farther from the centre of their class than the centres lie "
        f"from each other ({apart:.3g}). For {len(right):,} of these all five nearest neighbours are of their class.",
    )


def neighbours_of_its_class(embedding: Embedding, place: int) -> int:
    """How many of the NEIGHBOURS nearest training images of image `place` are of its class."""
    found = nearest(embedding.train, embedding.train[place], NEIGHBOURS, exclude=place)
    return found.of_class(embedding.train_labels, int(embedding.train_labels[place]))


def blamed(each: Disagreement) -> Blamed:
    """The points that explain why the figures of a shipped run disagree. Raises RunDamaged."""
    embedding, evaluation = each.run.embedding(), each.run.evaluation()
    if each.shows == "far":
        return far_but_among_their_own(embedding)
    return most_mixed_cluster(embedding, evaluation.confusion, evaluation.davies_bouldin)
