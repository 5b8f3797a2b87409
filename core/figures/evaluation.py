"""A run's evaluation: its figures, measured once by the worker and stored in its folder."""

from collections.abc import Callable
from dataclasses import dataclass

from core.embedding import Embedding
from core.embedding.confusion import Confusion, confusion
from core.figures import FIGURES, davies_bouldin, neighbours, retrieval, verification
from core.figures.base import Subject
from core.figures.davies_bouldin import DaviesBouldin
from core.figures.estimate import COLLAPSED, Chance, Curve, Estimate, check_labels, undefined
from core.figures.json_form import from_json, to_json
from core.figures.verification import Verification

NOT_YET = "This run was measured before this figure was added. Train it again to get it."


@dataclass(frozen=True)
class Evaluation:
    """All measurements of one run.

    figures: name -> value with its sampling error, or why it is undefined, for all of `FIGURES`.
    chance: name -> what guessing gets on this run, for the figures where that is defined.
    davies_bouldin, davies_bouldin_of_classes: the index with its parts. knn, recall: figures over the
    number of neighbours. verification: the same class or not.
    """

    figures: dict[str, Estimate]
    chance: dict[str, Chance]
    confusion: Confusion
    davies_bouldin: DaviesBouldin
    davies_bouldin_of_classes: DaviesBouldin
    knn: Curve
    recall: Curve
    verification: Verification

    @property
    def values(self) -> dict[str, float]:
        """Name -> value, NaN if undefined."""
        return {name: each.value for name, each in self.figures.items()}

    @property
    def undefined(self) -> dict[str, str]:
        """Name -> why, in a sentence, for the undefined figures."""
        return {name: each.reason for name, each in self.figures.items() if each.reason is not None}

    @property
    def collapsed(self) -> str | None:
        """Why no distance of this run tells anything apart, if all training images lie at one place."""
        return COLLAPSED if self.values["spread"] == 0 else None

    def to_json(self) -> str:
        """JSON text; NaN as null, arrays as lists."""
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """The inverse of `to_json`. A figure missing from the text is undefined, with a reason."""
        found = from_json(cls, text)
        figures = {name: found.figures.get(name, undefined(NOT_YET)) for name in FIGURES}
        return cls(**{**vars(found), "figures": figures})


def evaluate(
    embedding: Embedding,
    *,
    reach: float | None = None,
    seed: int = 0,
    check_cancelled: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Measure all of `FIGURES`.

    reach: `RunConfig.reach`. Figures that would need a table of all pairs are sampled, with their error;
    the same seed gives the same figures. check_cancelled: called several times a second; may raise to
    abort. Raises ValueError for no training points and for labels that do not match the points.
    """
    for split in ("train", "test"):
        check_labels(embedding.points(split), embedding.labels(split))
        check_labels(embedding.points(split), embedding.clusters(split))
    subject = Subject(embedding, reach, seed, check_cancelled)
    figures, chance = {}, {}
    for name, figure in FIGURES.items():
        check_cancelled()
        figures[name] = figure.function(subject)
        if figure.guessing is not None and figures[name].reason is None:
            check_cancelled()
            chance[name] = figure.guessing(subject)
    return Evaluation(
        figures=figures,
        chance=chance,
        confusion=confusion(embedding.train_labels, embedding.train_clusters),
        davies_bouldin=subject.once(davies_bouldin.of_clusters),
        davies_bouldin_of_classes=subject.once(davies_bouldin.of_classes),
        knn=subject.once(neighbours.of_test),
        recall=subject.once(retrieval.of_test).recall,
        verification=subject.once(verification.of_test),
    )
