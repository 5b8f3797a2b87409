"""Views instead of labels: some images of a batch come as two random views of themselves.

Two views of an image belong together; any other image does not belong to them, whatever its class.
"""

import torch

from core.take_home.parts.helpers.random_views import random_views
from core.take_home.parts.settings import BATCH_SIZE, DIGITS, VIEWS

VIEWED = round(VIEWS * BATCH_SIZE / 2)  # so many images of a batch


def show(images, labels, rows):
    """What the encoder is shown of the batch, and by which labels."""
    viewed, others = rows[:VIEWED], rows[VIEWED:]
    shown = [random_views(images[viewed]), images[others], random_views(images[viewed])]
    own = DIGITS + torch.arange(len(viewed))  # labels that no other image has
    return torch.cat(shown), torch.cat([own, labels[others], own])
