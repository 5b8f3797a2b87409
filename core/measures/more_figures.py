"""The further figures of a run, as `core.measures.figures` has the first six: `MORE_FIGURES` says what each means."""

import math
from dataclasses import dataclass
from typing import Literal

from core.measures.figures import Figure

Direction = Literal["higher", "lower", "neither"]


@dataclass(frozen=True)
class MoreFigure(Figure):
    """A figure of `core.measures.measurements`. direction: which way is better; `best` and `worst` are NaN and
    `higher_is_better` False where neither is. range: its values in words. split: the images that it is
    measured on. source: who defined it."""

    direction: Direction
    range: str
    split: Literal["train", "test"]
    source: str


def _figure(
    name: str,
    label: str,
    short: str,
    meaning: str,
    *,
    best: float,
    worst: float,
    range: str,
    chance: str | None,
    source: str,
    split: Literal["train", "test"] = "train",
) -> MoreFigure:
    direction: Direction = "neither" if math.isnan(best) else "higher" if best > worst else "lower"
    return MoreFigure(
        name,
        label,
        short,
        meaning,
        best,
        worst,
        direction == "higher",
        chance,
        direction,
        range,
        split,
        source,
    )


MORE_FIGURES: dict[str, MoreFigure] = {
    figure.name: figure
    for figure in (
        _figure(
            "purity",
            "Purity",
            "Purity",
            "The share of images that belong to the most frequent digit of their cluster.",
            best=1.0,
            worst=0.0,
            range="above 0 to 1",
            chance="Guessing gets a little more than the share of the most frequent digit, and more with "
            "many small clusters.",
            source="Zhao, Karypis 2001",
        ),
        _figure(
            "matched_share",
            "Clustering accuracy",
            "Accuracy",
            "The share of images in the cluster that is matched to their digit, one cluster to a digit.",
            best=1.0,
            worst=0.0,
            range="above 0 to 1",
            chance="Guessing gets a little more than 0.1 with ten digits.",
            source="Kuhn 1955",
        ),
        _figure(
            "homogeneity",
            "Homogeneity",
            "Homogeneity",
            "How far each cluster holds images of one digit only.",
            best=1.0,
            worst=0.0,
            range="0 to 1",
            chance="Guessing gets about 0 when there are many images.",
            source="Rosenberg, Hirschberg 2007",
        ),
        _figure(
            "completeness",
            "Completeness",
            "Completeness",
            "How far each digit lies in one cluster only.",
            best=1.0,
            worst=0.0,
            range="0 to 1; 1 also where there is one cluster for all",
            chance="Guessing gets about 0 when there are many images.",
            source="Rosenberg, Hirschberg 2007",
        ),
        _figure(
            "v_measure",
            "V-measure",
            "V-measure",
            "The harmonic mean of homogeneity and completeness, which is the NMI under another name.",
            best=1.0,
            worst=0.0,
            range="0 to 1",
            chance="Guessing gets about 0 when there are many images.",
            source="Rosenberg, Hirschberg 2007",
        ),
        _figure(
            "adjusted_mutual_info",
            "Adjusted mutual information",
            "AMI",
            "The mutual information of clusters and digits, rescaled so that guessing gets 0 on average "
            "and a perfect match 1.",
            best=1.0,
            worst=-1.0,
            range="somewhat below 0 to 1",
            chance="Guessing gets 0.",
            source="Vinh, Epps, Bailey 2010",
        ),
        _figure(
            "digits_davies_bouldin",
            "Davies-Bouldin index of the digits",
            "Davies-Bouldin, digits",
            "The Davies-Bouldin index of the true digits instead of the clusters that KMeans found: stray "
            "images widen a digit, while KMeans gives them to the cluster where they lie.",
            best=0.0,
            worst=math.inf,
            range="0 to infinity",
            chance=None,
            source="Davies, Bouldin 1979",
        ),
        _figure(
            "silhouette_clusters",
            "Silhouette of the clusters",
            "Silhouette",
            "How much closer an image lies to its own cluster than to the nearest other cluster.",
            best=1.0,
            worst=-1.0,
            range="-1 to 1",
            chance="Clusters drawn at random get about 0 or a little less.",
            source="Rousseeuw 1987",
        ),
        _figure(
            "silhouette_digits",
            "Silhouette of the digits",
            "Silhouette, digits",
            "How much closer an image lies to its own digit than to the nearest other digit.",
            best=1.0,
            worst=-1.0,
            range="-1 to 1",
            chance="Digits dealt out at random get about 0 or a little less.",
            source="Rousseeuw 1987",
        ),
        _figure(
            "recall_at_1",
            "Recall at 1",
            "Recall@1",
            "The share of test images whose nearest other test image is of the same digit.",
            best=1.0,
            worst=0.0,
            range="0 to 1",
            chance="Guessing gets about 0.1 with ten digits.",
            split="test",
            source="Song, Xiang, Jegelka, Savarese 2016",
        ),
        _figure(
            "map_at_r",
            "Mean average precision at R",
            "MAP@R",
            "How purely the R nearest test images are of an image's own digit, R being how many there are "
            "to find, with early places counting most.",
            best=1.0,
            worst=0.0,
            range="0 to 1",
            chance="Guessing gets about 0.01 with ten digits.",
            split="test",
            source="Musgrave, Belongie, Lim 2020",
        ),
        _figure(
            "alignment",
            "Alignment",
            "Alignment",
            "The mean squared distance of two images of the same digit, on the unit sphere.",
            best=0.0,
            worst=4.0,
            range="0 to 4",
            chance="With digits dealt out at random it is that of any two images: 2 if they are spread evenly.",
            source="Wang, Isola 2020",
        ),
        _figure(
            "uniformity",
            "Uniformity",
            "Uniformity",
            "How evenly the images fill the unit sphere: the logarithm of the mean of exp(-2 d²) over "
            "pairs of images.",
            best=-4.0,
            worst=0.0,
            range="-4 to 0; in the plane no lower than -1.57",
            chance=None,
            source="Wang, Isola 2020",
        ),
        _figure(
            "effective_rank",
            "Effective rank",
            "Effective rank",
            "How many dimensions the embedding really uses.",
            best=math.inf,
            worst=1.0,
            range="1 to the number of dimensions",
            chance=None,
            source="Roy, Vetterli 2007",
        ),
        _figure(
            "spread",
            "Spread",
            "Spread",
            "How far images lie from the centre of the embedding, as the root of the mean squared distance.",
            best=math.nan,
            worst=math.nan,
            range="0 to infinity; compare it with the margin",
            chance=None,
            source="the standard deviation in several dimensions",
        ),
        _figure(
            "between_share",
            "Spread between digits",
            "Between digits",
            "Which share of the squared spread is between the centres of the digits and not inside them.",
            best=1.0,
            worst=0.0,
            range="0 to 1",
            chance="Guessing gets about 0 when there are many images.",
            source="Fisher 1925",
        ),
        _figure(
            "verification_area",
            "Area under the ROC of verification",
            "ROC area",
            "The probability that two test images of one digit lie closer than two of different digits.",
            best=1.0,
            worst=0.0,
            range="0 to 1",
            chance="Guessing gets 0.5.",
            split="test",
            source="Hanley, McNeil 1982",
        ),
        _figure(
            "verification_accuracy",
            "Verification at the best threshold",
            "Same or not",
            "How often the best distance threshold tells rightly whether two test images are of one digit, "
            "if half of the pairs are.",
            best=1.0,
            worst=0.5,
            range="0.5 to 1",
            chance="Guessing gets 0.5.",
            split="test",
            source="Youden 1950",
        ),
    )
}
