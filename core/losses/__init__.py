"""The catalogue of losses: `LOSSES` maps a name to its entry.

A new loss is one new file with an `ENTRY` and one line here. Nothing in this package imports
torch when it is loaded: a loss is written against the array API and works on torch tensors
(training) and on NumPy arrays (the page's process) alike.
"""

from core.losses.base import Composition, Loss, LossEntry
from core.losses.contrastive import ENTRY as CONTRASTIVE
from core.losses.contrastive_squared import ENTRY as CONTRASTIVE_SQUARED
from core.losses.pair_hinge_triplet import ENTRY as PAIR_HINGE_TRIPLET
from core.losses.triplet_margin import ENTRY as TRIPLET_MARGIN

LOSSES: dict[str, LossEntry] = {
    entry.name: entry for entry in (CONTRASTIVE, CONTRASTIVE_SQUARED, PAIR_HINGE_TRIPLET, TRIPLET_MARGIN)
}

__all__ = ["LOSSES", "Composition", "Loss", "LossEntry"]
