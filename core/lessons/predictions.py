"""Predict, then reveal: questions that are answered by training, with an explanation.

Each is a file of assets/predictions: a title, the question, and below "## Why" the explanation. The outcome
is in no file: it is measured on the two runs each time.
"""

import math
from dataclasses import dataclass
from typing import Literal

from core.config import PRESETS, RunConfig
from core.environment import PROJECT
from core.figures import FIGURES, Figure
from core.runs import Run

FOLDER = PROJECT / "assets" / "predictions"

Outcome = Literal["lower", "same", "higher"]
OUTCOMES: dict[Outcome, str] = {"lower": "Lower", "same": "About the same", "higher": "Higher"}


@dataclass(frozen=True)
class Question:
    """name: of the file. title, text, why: Markdown. before, after: the two runs. figure: the name of the
    figure asked about. band: a change of less than this share of the first value counts as about the same."""

    name: str
    title: str
    text: str
    why: str
    before: RunConfig
    after: RunConfig
    figure: str
    band: float

    @property
    def about(self) -> Figure:
        """The figure asked about."""
        return FIGURES[self.figure]


def value(run: Run, figure: str) -> float:
    """A figure of a finished run; NaN if undefined. Raises RunDamaged."""
    return run.evaluation().values[figure]


def outcome(before: float, after: float, band: float) -> Outcome | None:
    """How a figure changed; None if it is undefined in one of the runs.

    band: a change of less than this share of `before` counts as none.
    """
    if math.isnan(before) or math.isnan(after):
        return None
    if abs(after - before) < band * abs(before):
        return "same"
    return "higher" if after > before else "lower"


# Comes with the app: if it is one of the two runs, only the other needs training.
EXAMPLE = PRESETS["fast"]


def _question(
    name: str, figure: str, band: float, after: RunConfig = EXAMPLE, before: RunConfig = EXAMPLE
) -> Question:
    title, rest = (FOLDER / f"{name}.md").read_text("utf-8").split("\n", 1)
    text, why = rest.split("\n## Why\n")
    return Question(name, title.removeprefix("# "), text.strip(), why.strip(), before, after, figure, band)


QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (
        _question("margin", "spread", 0.1, RunConfig(margin=0.3)),
        _question("dimensions", "knn_accuracy", 0.005, before=RunConfig(embedding_dims=8)),
        _question("loss", "test_adjusted_rand_index", 0.02, RunConfig(loss="contrastive_squared")),
        _question("epochs", "test_adjusted_rand_index", 0.005, RunConfig(epochs=6)),
        _question("narrow", "davies_bouldin", 0.1, RunConfig(hidden=(8,))),
    )
}
