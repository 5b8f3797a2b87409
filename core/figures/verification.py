"""Verification: same class or not, from the distance of two images alone. The ROC and its thresholds."""

import math
from dataclasses import dataclass

import numpy as np

from core.figures.base import Figure, Subject
from core.figures.estimate import (
    Chance,
    Estimate,
    Floats,
    Ints,
    Labels,
    Points,
    check_labels,
    exact,
    undefined,
    why_not,
)

PAIRS = 20_000
KEPT = 200


@dataclass(frozen=True)
class Threshold:
    """Two images count as the same class if their distance is at most `distance`: the share of same-class
    pairs found (true positives), the share of other pairs accepted (false positives), and the accuracy
    if both kinds are equally frequent."""

    distance: float
    true_positive_rate: float
    false_positive_rate: float
    balanced_accuracy: float


@dataclass(frozen=True)
class Verification:
    """area: the area under the ROC, the probability that two images of one class lie closer than two of
    different classes: best 1, guessing 0.5. best: the threshold with the highest balanced accuracy.
    suggested: half the distance up to which the loss pushes different classes apart; None without such
    a distance. distance, true_positive_rate, false_positive_rate: [t], the curve from (0, 0) to (1, 1),
    thinned; the distance is NaN at (0, 0), since even a threshold of 0 accepts pairs that lie at 0. same,
    different: the numbers of pairs measured. reason: why undefined."""

    area: Estimate
    best: Threshold | None
    suggested: Threshold | None
    distance: Floats
    true_positive_rate: Floats
    false_positive_rate: Floats
    same: int
    different: int
    reason: str | None = None

    @property
    def accuracy(self) -> Estimate:
        """The balanced accuracy of the best threshold. Its error is that of a fixed threshold; choosing
        the best one on the same pairs makes it slightly optimistic."""
        if self.best is None:
            return undefined(self.reason or "", self.area.of)
        rates = self.best.true_positive_rate, self.best.false_positive_rate
        variances = (p * (1 - p) / count for p, count in zip(rates, (self.same, self.different), strict=True))
        error = 0.0 if self.area.error == 0 else math.sqrt(sum(variances)) / 2
        return Estimate(self.best.balanced_accuracy, error, self.area.sampled, self.area.of)


def verification(
    points: Points,
    labels: Labels,
    *,
    reach: float | None = None,
    pairs: int = PAIRS,
    kept: int = KEPT,
    seed: int = 0,
) -> Verification:
    """How well a threshold on the distance separates pairs of one class from other pairs.

    points: [n, d], labels: [n]; `pairs` random pairs of each kind, or all if there are no more. reach:
    `RunConfig.reach`. kept: the approximate number of points on the returned curve. Undefined without
    pairs of either kind and for a collapsed embedding. Raises ValueError if points and labels do not match
    and for pairs < 2. Source: Green, Swets 1966; Youden 1950 (best threshold); DeLong et al. 1988
    (standard error).
    """
    if pairs < 2:
        raise ValueError(f"Verification needs at least two pairs of each kind, not {pairs}.")
    check_labels(points, labels)
    reason = why_not(points) or _why_no_pairs(labels)
    if reason is not None:
        none = np.empty(0)
        return Verification(undefined(reason), None, None, none, none, none, 0, 0, reason)
    exactly = points.astype(np.float64)
    same, different = (
        np.sort(np.linalg.norm(exactly[first] - exactly[second], axis=1))
        for first, second in pairs_of_both_kinds(labels, pairs, seed)
    )
    distance = np.unique(np.concatenate([same, different]))
    true = np.searchsorted(same, distance, side="right") / len(same)
    false = np.searchsorted(different, distance, side="right") / len(different)
    best = float(distance[(true - false).argmax()])
    # equal steps along either axis, so that both steep ends of the curve are kept
    along = np.linspace(0, 1, max(2, kept // 2))
    shown = np.union1d(np.searchsorted(true, along), np.searchsorted(false, along))
    curve = [
        np.append(start, each[shown]) for start, each in zip(_NOTHING, (distance, true, false), strict=True)
    ]
    everything = same_pairs_in_all(labels), different_pairs_in_all(labels)
    return Verification(
        area=_area(same, different, everything),
        best=_threshold(best, same, different),
        suggested=None if reach is None else _threshold(reach / 2, same, different),
        distance=curve[0],
        true_positive_rate=curve[1],
        false_positive_rate=curve[2],
        same=len(same),
        different=len(different),
    )


_NOTHING = (math.nan, 0.0, 0.0)  # the corner where no pair is accepted


def _threshold(distance: float, same: Floats, different: Floats) -> Threshold:
    true, false = (float(np.mean(kind <= distance)) for kind in (same, different))
    return Threshold(distance, true, false, (true + 1 - false) / 2)


def _area(same: Floats, different: Floats, everything: tuple[int, int]) -> Estimate:
    """The area under the ROC of sorted distances with its standard error; ties count half."""
    closer = _share_beyond(same, different)  # for each same-class pair: other pairs farther apart
    farther = 1 - _share_beyond(different, same)
    area, sampled = float(closer.mean()), len(same) + len(different)
    if (len(same), len(different)) == everything:
        return exact(area, sampled)
    # a kind adds no error if all its pairs were measured
    variance = sum(
        float(placement.var(ddof=1)) / len(placement) * (len(placement) < there_are)
        for placement, there_are in zip((closer, farther), everything, strict=True)
    )
    return Estimate(area, math.sqrt(variance), sampled, sum(everything))


def _share_beyond(values: Floats, others: Floats) -> Floats:
    """For each value [a] the share of the sorted others [b] that is larger; ties count half."""
    below, up_to = (np.searchsorted(others, values, side=side) for side in ("left", "right"))
    share: Floats = 1 - (below + up_to) / (2 * len(others))
    return share


def pairs_of_both_kinds(labels: Labels, pairs: int, seed: int) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Places (first, second) of pairs of one class and of pairs of two classes, `pairs` of each, all equally
    likely and drawn with replacement; all of a kind if there are no more."""
    order = np.argsort(labels, kind="stable").astype(np.int64)
    sizes = np.unique(labels, return_counts=True)[1].astype(np.int64)
    # sorted by class: each place is followed by the rest of its class, then by all later classes
    place, class_ends = np.arange(len(labels)), np.repeat(np.cumsum(sizes), sizes)
    generator = np.random.default_rng(seed)
    found = []
    for low, high in ((place + 1, class_ends), (class_ends, np.full_like(place, len(labels)))):
        partners = high - low
        if partners.sum() <= pairs:
            first = np.repeat(place, partners)
            second = low[first] + np.arange(len(first)) - (np.cumsum(partners) - partners)[first]
        else:
            first = generator.choice(len(labels), pairs, p=partners / partners.sum())
            second = generator.integers(low[first], high[first])
        found.append((order[first], order[second]))
    return found[0], found[1]


def same_pairs_in_all(labels: Labels) -> int:
    """The number of pairs of images of one class."""
    sizes = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def different_pairs_in_all(labels: Labels) -> int:
    """The number of pairs of images of two classes."""
    return len(labels) * (len(labels) - 1) // 2 - same_pairs_in_all(labels)


def _why_no_pairs(labels: Labels) -> str | None:
    if different_pairs_in_all(labels) == 0:
        return "All images are of one class, so there are no pairs of different classes to tell apart."
    if same_pairs_in_all(labels) == 0:
        return "No two images are of the same class, so there are no pairs to recognise."
    return None


def of_test(subject: Subject) -> Verification:
    """Of pairs of test images."""
    embedding = subject.embedding
    return verification(embedding.test, embedding.test_labels, reach=subject.reach, seed=subject.seed)


ENTRIES = (
    Figure(
        "verification_area",
        "Area under the ROC of verification",
        "ROC area",
        "verification",
        "The probability that two test images of one class lie closer than two of different classes.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance="Guessing gets 0.5.",
        source="Hanley, McNeil 1982",
        function=lambda subject: subject.once(of_test).area,
        guessing=lambda subject: Chance.known(0.5),
        split="test",
    ),
    Figure(
        "verification_accuracy",
        "Verification at the best threshold",
        "Same or not",
        "verification",
        "How often the best distance threshold correctly tells whether two test images are of one class, if half of "
        "the pairs are.",
        best=1.0,
        worst=0.5,
        range="0.5 to 1",
        chance="Guessing gets 0.5.",
        source="Youden 1950",
        function=lambda subject: subject.once(of_test).accuracy,
        guessing=lambda subject: Chance.known(0.5),
        split="test",
    ),
)
