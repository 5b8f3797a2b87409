"""The contingency table of classes and clusters, from which all agreement scores are computed.

`labels` are the classes [n], `clusters` the clusters [n]. A score's chance level, for these sizes of
classes and clusters, is estimated by shuffling.
"""

from collections.abc import Callable

import numpy as np

from core.figures.base import Subject
from core.figures.estimate import Chance, Estimate, Floats, Ints, Labels, chance_of, exact, undefined

SHUFFLES = 20

ONE_CLASS = "All images are of one class, so there is nothing that clusters could tell apart."


def contingency(labels: Labels, clusters: Labels) -> Ints:
    """[r, c]: how many images of each label are in each cluster, both in ascending order.

    Raises ValueError for no labels or different lengths.
    """
    return _table(*_numbered(labels, clusters))


def shuffled_tables(labels: Labels, clusters: Labels, shuffles: int = SHUFFLES, seed: int = 0) -> list[Ints]:
    """The `contingency` of the clusters shuffled over the images, `shuffles` times."""
    generator = np.random.default_rng(seed)
    rows, columns = _numbered(labels, clusters)
    return [_table(rows, generator.permutation(columns)) for _ in range(shuffles)]


def entropy(sizes: Ints) -> float:
    """In nats, of groups with these sizes: 0 for a single group, log(number of groups) for equal ones."""
    shares: Floats = sizes[sizes > 0] / sizes.sum()
    return float(-(shares * np.log(shares)).sum())


def of_train(subject: Subject) -> Ints:
    """The table of the training images."""
    return contingency(subject.embedding.train_labels, subject.embedding.train_clusters)


def shuffled_train(subject: Subject) -> list[Ints]:
    """The tables of the training images with shuffled clusters."""
    embedding = subject.embedding
    return shuffled_tables(embedding.train_labels, embedding.train_clusters, seed=subject.seed)


def score(of: Callable[[Ints], float]) -> Callable[[Subject], Estimate]:
    """A figure's function: a score of the table of the training images; undefined for a single class."""
    return lambda subject: score_of(of, subject.once(of_train))


def score_of(of: Callable[[Ints], float], table: Ints) -> Estimate:
    """A score of a table; undefined for a single class."""
    count = int(table.sum())
    return undefined(ONE_CLASS, count) if len(table) == 1 else exact(of(table), count)


def shuffled(of: Callable[[Ints], float]) -> Callable[[Subject], Chance]:
    """What guessing gets: the score of shuffled clusters."""
    return lambda subject: chance_of([of(table) for table in subject.once(shuffled_train)])


def _numbered(labels: Labels, clusters: Labels) -> tuple[Ints, Ints]:
    """The labels and the clusters as row and column indices of the table."""
    if len(labels) != len(clusters) or len(labels) == 0:
        raise ValueError(
            f"Two labellings of the same points are compared; got {len(labels)} and {len(clusters)} labels."
        )
    rows, columns = (np.unique(each, return_inverse=True)[1] for each in (labels, clusters))
    return rows, columns


def _table(rows: Ints, columns: Ints) -> Ints:
    shape = (int(rows.max()) + 1, int(columns.max()) + 1)
    return np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)
