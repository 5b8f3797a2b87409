"""Shared by all figures: the catalogue entry, and the subject that they are measured on."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from core.embedding import Embedding
from core.figures.estimate import Chance, Estimate

T = TypeVar("T")

Direction = Literal["higher", "lower", "neither"]
Split = Literal["train", "test"]
Kind = Literal["agreement", "separation", "neighbours", "verification", "shape"]

KINDS: dict[Kind, str] = {
    "agreement": "Do clusters and classes agree?",
    "separation": "How far apart are they?",
    "neighbours": "Who are the neighbours?",
    "verification": "The same class or not?",
    "shape": "The shape of the embedding",
}


@dataclass(frozen=True, eq=False)
class Subject:
    """What is measured.

    reach: `RunConfig.reach`, the distance up to which the loss pushes different classes apart. seed: of
    the samples; the same seed gives the same figures. check_cancelled: called several times a second; may
    raise to abort.
    """

    embedding: Embedding
    reach: float | None = None
    seed: int = 0
    check_cancelled: Callable[[], None] = lambda: None
    _found: dict[Any, Any] = field(default_factory=dict, repr=False)

    def once(self, part: Callable[["Subject"], T]) -> T:
        """`part` of this subject, cached: for results that several figures share."""
        if part not in self._found:
            self._found[part] = part(self)
        found: T = self._found[part]
        return found


@dataclass(frozen=True)
class Figure:
    """One figure of the catalogue.

    short: its label where space is tight. meaning: one sentence. best, worst: both NaN if neither end is
    better. range: its values in words. chance: what guessing gets, in words; None if undefined for
    guessing. split: the images that it is measured on. function: its value, or why it is undefined.
    guessing: what guessing gets on this particular embedding; None if undefined. headline: one of the few
    that summarise a run everywhere.
    """

    name: str
    label: str
    short: str
    kind: Kind
    meaning: str
    best: float
    worst: float
    range: str
    chance: str | None
    source: str
    function: Callable[[Subject], Estimate]
    guessing: Callable[[Subject], Chance] | None = None
    split: Split = "train"
    headline: bool = False

    @property
    def direction(self) -> Direction:
        """Which way is better."""
        if math.isnan(self.best):
            return "neither"
        return "higher" if self.best > self.worst else "lower"

    @property
    def better(self) -> str:
        """The same in words."""
        return "neither end is better" if self.direction == "neither" else f"{self.direction} is better"

    @property
    def best_text(self) -> str:
        """Its best value as text; a dash if neither end is better."""
        return (
            "–" if self.direction == "neither" else "highest" if math.isinf(self.best) else f"{self.best:g}"
        )
