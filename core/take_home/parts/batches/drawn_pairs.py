"""An epoch, batch by batch: each image with a partner, which is of its class with probability 0.5."""

import torch

from core.take_home.parts.settings import BATCH_SIZE


def draw_pairs(labels, anchors):
    """The rows [2, n] of the anchors and of their partners."""
    order = labels.argsort()  # all rows, class by class
    sizes = labels.bincount()  # how many images each class has
    starts = sizes.cumsum(0) - sizes  # where each class begins in `order`
    start, size = starts[labels[anchors]], sizes[labels[anchors]]  # of each anchor's class
    chance = torch.rand(len(anchors))  # used by one of the next two lines
    same = start + (chance * size).long()  # any place in the class
    other = start + size + (chance * (len(labels) - size)).long()  # any place after the class, past the end
    places = torch.where(torch.rand(len(anchors)) < 0.5, same, other % len(labels))  # wraps around
    return torch.stack([anchors, order[places]])


def batches(labels):
    for pairs in draw_pairs(labels, torch.randperm(len(labels))).split(BATCH_SIZE, dim=1):
        if pairs.shape[1] == BATCH_SIZE:  # drop an incomplete last batch
            yield pairs.flatten()
