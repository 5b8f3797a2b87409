"""The catalogue of figures: `FIGURES` maps a name to its entry; `evaluate` measures them all.

A new figure is one new file with its `ENTRIES` and one line here. Importing this package loads neither
torch nor scikit-learn: the Streamlit process reads figures but measures none.
"""

from importlib import import_module

from core.figures.base import KINDS, Figure, Kind, Subject
from core.figures.estimate import Chance, Curve, Estimate

# In teaching order.
FILES = (
    "rand",
    "mutual_information",
    "davies_bouldin",
    "neighbours",
    "purity",
    "silhouette",
    "retrieval",
    "verification",
    "alignment_uniformity",
    "spread",
    "effective_rank",
)

FIGURES: dict[str, Figure] = {
    entry.name: entry for file in FILES for entry in import_module(f"core.figures.{file}").ENTRIES
}
# The few that summarise a run, as on the Train page; those of the training images first.
HEADLINE: dict[str, Figure] = {
    name: figure
    for split in ("train", "test")
    for name, figure in FIGURES.items()
    if figure.headline and figure.split == split
}


def of_kind(kind: Kind) -> list[Figure]:
    """The figures of a kind, in catalogue order."""
    return [figure for figure in FIGURES.values() if figure.kind == kind]


__all__ = [
    "FIGURES",
    "HEADLINE",
    "KINDS",
    "Chance",
    "Curve",
    "Estimate",
    "Figure",
    "Kind",
    "Subject",
    "of_kind",
]
