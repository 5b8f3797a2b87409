"""An epoch, batch by batch: random triplets, about as many as there are images."""

import torch

from core.take_home.parts.settings import BATCH_SIZE


def draw_triplets(labels, n):
    """The rows [3, n] of anchors, of positives (other images of their classes), and of negatives."""
    _, labels, sizes = labels.unique(return_inverse=True, return_counts=True)  # as 0, 1, ...
    order = labels.argsort()  # all rows, class by class
    starts = sizes.cumsum(0) - sizes  # where each class begins in `order`
    own = torch.randint(len(sizes), [n])  # the class of anchor and positive, all equally likely
    other = (own + torch.randint(1, len(sizes), [n])) % len(sizes)  # the negative's class
    anchor = (torch.rand(n) * sizes[own]).long()  # a place in the class
    positive = (anchor + 1 + (torch.rand(n) * (sizes[own] - 1)).long()) % sizes[own]  # another place
    negative = (torch.rand(n) * sizes[other]).long()
    return order[torch.stack([starts[own] + anchor, starts[own] + positive, starts[other] + negative])]


def batches(labels):
    for triplets in draw_triplets(labels, len(labels) // BATCH_SIZE * BATCH_SIZE).split(BATCH_SIZE, dim=1):
        yield triplets.flatten()
