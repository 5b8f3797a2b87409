"""The catalogue of miners: `MINERS` maps a name to its entry.

A miner selects from a batch and its embeddings the triplets that are worth learning from. The setting
"none", which uses all of them, is not listed. Imports no torch.
"""

from core.miners import batch_all, batch_hard, distance_weighted, semi_hard
from core.miners.base import Mined, MinerEntry

MINERS: dict[str, MinerEntry] = {
    module.ENTRY.name: module.ENTRY for module in (batch_all, semi_hard, batch_hard, distance_weighted)
}

__all__ = ["MINERS", "Mined", "MinerEntry"]
