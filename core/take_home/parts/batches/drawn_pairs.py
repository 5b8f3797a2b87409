"""An epoch: each image once, with a random partner, of its own class or of another with even chance."""

import torch

from core.take_home.parts.settings import BATCH_SIZE


def draw_pairs(labels, anchors):
    """The rows [2, n] of the anchors and of their partners."""
    order, sizes = labels.argsort(), labels.bincount()  # all rows, class by class; images a class
    starts = sizes.cumsum(0) - sizes  # where in `order` each class begins
    start, size = starts[labels[anchors]], sizes[labels[anchors]]
    chance = torch.rand(len(anchors))
    same = start + (chance * size).long()
    behind = start + size + (chance * (len(labels) - size)).long()  # a place outside of the class
    other = behind % len(labels)  # behind the last class comes the first
    partners = order[torch.where(torch.rand(len(anchors)) < 0.5, same, other)]
    return torch.stack([anchors, partners])


def batches(labels):
    for pairs in draw_pairs(labels, torch.randperm(len(labels))).split(BATCH_SIZE, dim=1):
        if pairs.shape[1] == BATCH_SIZE:  # a last batch that is not full is left out
            yield pairs.flatten()
