"""How far a few examples go: nearest-neighbour classification with k labelled images a class."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from core.figures.estimate import Labels, Points, check_labels

Floats = npt.NDArray[np.float64]

SHOTS = (1, 5, 20)
DRAWS = 20
QUERIES = 2000


@dataclass(frozen=True)
class FewShot:
    """Accuracies over several draws of the examples, best 1, guessing 1 / number of classes.

    shots: [k] how many examples a class. new: [k, draws], the share of the chosen class's test images
    whose nearest example is of that class. others: [k, draws], the same of the other classes, each image
    counting once.
    """

    shots: tuple[int, ...]
    new: Floats
    others: Floats
    guessing: float

    def means(self) -> tuple[Floats, Floats]:
        """The means over the draws, [k] each: of the chosen class and of the others."""
        return self.new.mean(axis=1), self.others.mean(axis=1)

    def spreads(self) -> tuple[Floats, Floats]:
        """The standard deviations over the draws, [k] each: how much it matters which examples one gets."""
        return self.new.std(axis=1, ddof=1), self.others.std(axis=1, ddof=1)


def few_shot(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    chosen: int,
    *,
    shots: tuple[int, ...] = SHOTS,
    draws: int = DRAWS,
    queries: int = QUERIES,
    seed: int = 0,
) -> FewShot:
    """Give each class k random training images as examples, and let every test image take the class of
    the nearest one.

    train [n, d] with labels [n], test [m, d] with labels [m]; chosen: the class that is looked at apart.
    At most `queries` test images of either kind are asked. Raises ValueError where a class has fewer than
    k training images, where either kind has no test image, and for fewer than two draws. Source: the
    n-way k-shot protocol of Vinyals et al. 2016, in a fixed embedding.
    """
    check_labels(train, train_labels)
    check_labels(test, test_labels)
    if draws < 2:
        raise ValueError(f"A spread needs two draws or more, not {draws}.")
    generator = np.random.default_rng(seed)
    classes = np.unique(train_labels)
    of_class = [np.flatnonzero(train_labels == label) for label in classes]
    if min(len(places) for places in of_class) < max(shots):
        raise ValueError(f"Each class needs {max(shots)} training images or more to draw examples from.")
    asked = [
        _some(np.flatnonzero((test_labels == chosen) == wanted), queries, generator)
        for wanted in (True, False)
    ]
    if min(len(places) for places in asked) == 0:
        raise ValueError("There are no test images of the chosen class, or of no other.")
    shares = np.empty((2, len(shots), draws))
    for row, k in enumerate(shots):
        for draw in range(draws):
            examples = np.concatenate([generator.choice(places, k, replace=False) for places in of_class])
            tree = cKDTree(train[examples].astype(np.float64))
            for kind, places in enumerate(asked):
                nearest = tree.query(test[places].astype(np.float64))[1]
                found = train_labels[examples][nearest]
                shares[kind, row, draw] = np.mean(found == test_labels[places])
    return FewShot(shots, shares[0], shares[1], 1 / len(classes))


def taken_for(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    unseen: int,
    *,
    queries: int = QUERIES,
) -> dict[int, float]:
    """Among which of the other classes a class lands: class -> the share of its test images whose nearest
    training image, of all that are not of `unseen`, is of that class; the largest share first.

    train [n, d] with labels [n], test [m, d] with labels [m]. Raises ValueError where it has no test image or
    there is no other class.
    """
    check_labels(train, train_labels)
    check_labels(test, test_labels)
    others = train_labels != unseen
    asked = _some(np.flatnonzero(test_labels == unseen), queries, np.random.default_rng(0))
    if not others.any() or len(asked) == 0:
        raise ValueError("There are no test images of the chosen class, or there is no other class.")
    nearest = cKDTree(train[others].astype(np.float64)).query(test[asked].astype(np.float64))[1]
    labels, counts = np.unique(train_labels[others][nearest], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {int(labels[at]): float(counts[at] / len(asked)) for at in order}


def _some(places: npt.NDArray[np.int64], most: int, generator: np.random.Generator) -> npt.NDArray[np.int64]:
    return places if len(places) <= most else np.sort(generator.choice(places, most, replace=False))
