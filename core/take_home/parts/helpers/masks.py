"""Which pairs of a batch are of one class."""

import torch


def same_and_different(labels):
    """Two masks [b, b]: pairs of two images of one class, and pairs of two classes."""
    same = labels[:, None] == labels
    itself = torch.eye(len(labels), dtype=torch.bool)
    return same & ~itself, ~same
