"""Views instead of labels: a share of the triplets are random views of images.

Anchor and positive are then two views of one image, and the negative is a view of any other.
"""

import torch

from core.take_home.parts.helpers.random_views import random_views
from core.take_home.parts.settings import VIEWS


def show(images, labels, rows):
    """The encoder's input for the batch, and its labels."""
    anchor, positive, negative = rows.chunk(3)
    n = len(anchor)
    viewed = torch.rand(n) < VIEWS
    others = (anchor + torch.randint(1, len(labels), [n])) % len(labels)
    positive, negative = torch.where(viewed, anchor, positive), torch.where(viewed, others, negative)
    shown = images[torch.cat([anchor, positive, negative])]
    for column in shown.chunk(3):  # each by itself: views of one image must differ
        column[viewed] = random_views(column[viewed])
    return shown, labels[rows]  # a loss on triplets ignores the labels
