"""Three runs in which the figures disagree, shipped small, and the points that make them do so."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import pdist

from core import settings
from core.clustering import DaviesBouldin
from core.config import RunConfig
from core.embedding.confusion import Confusion
from core.embedding.nearest import nearest
from core.figures import FIGURES
from core.runs import Embedding, Run

Ints = npt.NDArray[np.int64]

# From where on a figure looks good to who sees it alone; a matter of taste, and said on the page.
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

    name: of its folder. how: how it was trained, and nothing of what came out; {steps} stands for the
    steps that it took. why: what makes the figures disagree. shows: which points are to blame; see `blamed`.
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
        return Run(settings.shipped_disagreements_folder() / self.name)


DISAGREEMENTS: dict[str, Disagreement] = {
    each.name: each
    for each in (
        Disagreement(
            "hardly_trained",
            "Hardly trained",
            RunConfig(epochs=1, learning_rate=1e-5, batch_size=4096),
            "All ten digits, {steps} steps in all, at a three-hundredth of the usual learning rate.",
            "Most pairs are of two classes, and any ten clusters of about equal size keep most of them apart: that "
            "alone gives the Rand index its height. The adjusted index counts only what is beyond that.",
            "mixed",
        ),
        Disagreement(
            "narrow",
            "Squeezed through two units",
            RunConfig(epochs=1, hidden=(2, 2, 2), seed=2),
            "The usual training, but each hidden layer has two units only.",
            "The points lie in narrow groups, and that is all that Davies-Bouldin looks at: it never sees a label. In "
            "a group the classes are mixed, so a neighbour tells little.",
            "mixed",
        ),
        Disagreement(
            "wide",
            "Two classes, ten dimensions",
            RunConfig(
                digits=2, embedding_dims=10, hidden=(512,), epochs=1, learning_rate=1e-5, batch_size=4096
            ),
            "Only zeros and ones, ten dimensions, {steps} steps at a three-hundredth of the usual learning rate.",
            "The classes are wide and their centres close, so Davies-Bouldin is bad. But nothing asks a class to be "
            "small: far out, too, an image lies among its own kind.",
            "far",
        ),
    )
}


def looks_good(name: str, value: float) -> bool:
    """Whether a figure, seen alone, would pass for a good one; an undefined one never does."""
    lower = FIGURES[name].direction == "lower"
    return bool(value <= LOOKS_GOOD[name] if lower else value >= LOOKS_GOOD[name])


@dataclass(frozen=True)
class Blamed:
    """The training images that show why. images: their places [k]. sentence: what they are."""

    images: Ints
    sentence: str


def most_mixed_cluster(embedding: Embedding, table: Confusion, index: DaviesBouldin) -> Blamed:
    """The cluster whose images are of the most different classes, the purest digit's share being lowest."""
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
    """Images farther from the centre of their class than the centres are apart, whose nearest neighbours
    are of their class all the same. Of `looked_at` random images, the farthest first."""
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
    """How many of the nearest training images of the one at `place` are of its class."""
    found = nearest(embedding.train, embedding.train[place], NEIGHBOURS, exclude=place)
    return found.of_class(embedding.train_labels, int(embedding.train_labels[place]))


def blamed(each: Disagreement) -> Blamed:
    """The points that make the figures of a shipped run disagree. Raises RunDamaged."""
    embedding, evaluation = each.run.embedding(), each.run.evaluation()
    if each.shows == "far":
        return far_but_among_their_own(embedding)
    return most_mixed_cluster(embedding, evaluation.confusion, evaluation.davies_bouldin)
