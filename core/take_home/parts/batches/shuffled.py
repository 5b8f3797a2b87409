"""An epoch, batch by batch: each image once, in random order."""

import torch

from core.take_home.parts.settings import BATCH_SIZE
from core.take_home.parts.views.of_batches import VIEWED  # [two_views]


def batches(labels):
    size = BATCH_SIZE  # [not two_views]
    size = BATCH_SIZE - VIEWED  # [two_views]
    size = min(size, len(labels))  # there may be fewer validation images  # [patience]
    for rows in torch.randperm(len(labels)).split(size):
        if len(rows) == size:  # drop an incomplete last batch
            yield rows
