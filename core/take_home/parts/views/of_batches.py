"""Views instead of labels: some images of a batch are replaced by two random views of themselves.

Two views of an image are positives; all other images are their negatives, whatever their class.
"""

import torch

from core.take_home.parts.helpers.random_views import random_views
from core.take_home.parts.settings import BATCH_SIZE, DIGITS, VIEWS

VIEWED = round(VIEWS * BATCH_SIZE / 2)  # images per batch that appear as two views


def show(images, labels, rows):
    """The encoder's input for the batch, and its labels."""
    viewed, others = rows[:VIEWED], rows[VIEWED:]
    shown = [random_views(images[viewed]), images[others], random_views(images[viewed])]
    own = DIGITS + torch.arange(len(viewed))  # labels that no other image has
    return torch.cat(shown), torch.cat([own, labels[others], own])
