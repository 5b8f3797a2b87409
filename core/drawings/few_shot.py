"""Few-shot accuracy: nearest-neighbour classification with k labelled images per class."""

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
    """Accuracies over several draws of the examples; best 1, guessing 1 / number of classes.

    shots: [k], the numbers of examples per class. new: [k, draws], the share of the chosen class's test
    images whose nearest example is of that class. others: [k, draws], the same over all images of the other
    classes.
    """

    shots: tuple[int, ...]
    new: Floats
    others: Floats
    guessing: float

    def means(self) -> tuple[Floats, Floats]:
        """The means over the draws, [k] each: of the chosen class and of the others."""
        return self.new.mean(axis=1), self.others.mean(axis=1)

    def spreads(self) -> tuple[Floats, Floats]:
        """The standard deviations over the draws, [k] each: how much the choice of examples matters."""
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
    """Classify every test image by the nearest of k random training images per class.

    train [n, d] with labels [n], test [m, d] with labels [m]; chosen: the class that is reported separately.
    Uses at most `queries` test images of the chosen class, and as many of the others. Raises ValueError if a
    class has fewer than k training images, if there are no test images of the chosen class or of the others,
    and for fewer than two draws. Source: the n-way k-shot protocol of Vinyals et al. 2016, in a fixed
    embedding.
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


def nearest_classes(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    unseen: int,
    *,
    queries: int = QUERIES,
) -> dict[int, float]:
    """Which classes an `unseen` class is taken for: class -> the share of its test images whose nearest
    training image of another class is of that class; the largest share first.

    train [n, d] with labels [n], test [m, d] with labels [m]. Raises ValueError if it has no test images or
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
