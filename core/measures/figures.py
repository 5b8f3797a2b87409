"""The figures of a run: `FIGURES` says what each means, its best and worst value, and its direction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What a figure on the page is: `short` its label in a tight place, `meaning` in one sentence,
    its best and worst value, and what `chance` gets (None where guessing has no value of its own)."""

    name: str
    label: str
    short: str
    meaning: str
    best: float
    worst: float
    higher_is_better: bool
    chance: str | None


FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            "rand_index",
            "Rand index",
            "Rand index",
            "The probability that the clusters and the digits agree on a random pair of images: "
            "together in both, or apart in both.",
            best=1.0,
            worst=0.0,
            higher_is_better=True,
            chance="Guessing gets about 0.82 with ten digits, so read it beside the adjusted index.",
        ),
        Figure(
            "adjusted_rand_index",
            "Adjusted Rand index",
            "ARI",
            "The Rand index rescaled so that guessing gets 0 on average and a perfect match 1.",
            best=1.0,
            worst=-0.5,
            higher_is_better=True,
            chance="Guessing gets 0.",
        ),
        Figure(
            "normalized_mutual_info",
            "Normalized mutual information",
            "NMI",
            "How much knowing an image's cluster tells about its digit: from nothing (0) to all (1).",
            best=1.0,
            worst=0.0,
            higher_is_better=True,
            chance="Guessing gets about 0 when there are many images.",
        ),
        Figure(
            "davies_bouldin",
            "Davies-Bouldin index",
            "Davies-Bouldin",
            "How much a cluster overlaps its most similar rival, on average: the two spreads added, "
            "divided by the distance between the centres.",
            best=0.0,
            worst=float("inf"),
            higher_is_better=False,
            chance=None,
        ),
        Figure(
            "test_adjusted_rand_index",
            "Adjusted Rand index, test images",
            "ARI on test",
            "The adjusted Rand index of images never trained on, each given to the nearest cluster "
            "of the training images.",
            best=1.0,
            worst=-0.5,
            higher_is_better=True,
            chance="Guessing gets 0.",
        ),
        Figure(
            "knn_accuracy",
            "5-NN test accuracy",
            "5-NN on test",
            "The share of test images whose five nearest training images vote for the right digit.",
            best=1.0,
            worst=0.0,
            higher_is_better=True,
            chance="Guessing gets about 0.1 with ten digits.",
        ),
    )
}
