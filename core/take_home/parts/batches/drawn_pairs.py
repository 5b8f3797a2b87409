"""An epoch, batch by batch: each image with a partner, which is of its class in half of the cases."""

import torch

from core.take_home.parts.settings import BATCH_SIZE


def draw_pairs(labels, anchors):
    """The rows [2, n] of the anchors and of their partners."""
    order = labels.argsort()  # all rows, class by class
    sizes = labels.bincount()  # how many images each class has
    starts = sizes.cumsum(0) - sizes  # where each class begins in `order`
    start, size = starts[labels[anchors]], sizes[labels[anchors]]  # of each anchor's class
    chance = torch.rand(len(anchors))  # for whichever of the two is taken below
    same = start + (chance * size).long()  # any place in the class
    other = start + size + (chance * (len(labels) - size)).long()  # any other, after the class
    places = torch.where(torch.rand(len(anchors)) < 0.5, same, other % len(labels))  # round the end
    return torch.stack([anchors, order[places]])


def batches(labels):
    for pairs in draw_pairs(labels, torch.randperm(len(labels))).split(BATCH_SIZE, dim=1):
        if pairs.shape[1] == BATCH_SIZE:  # a last batch that is not full is left out
            yield pairs.flatten()
