"""Views instead of labels: a share of the pairs are random views of images.

Half of them are two views of one image, a positive pair; the others are views of two images, a negative
pair whatever their classes.
"""

import torch

from core.take_home.parts.helpers.random_views import random_views
from core.take_home.parts.settings import DIGITS, VIEWS


def show(images, labels, rows):
    """The encoder's input for the batch, and its labels."""
    first, second = rows.chunk(2)
    n = len(first)
    viewed, alike = torch.rand(n) < VIEWS, torch.rand(n) < 0.5
    others = (first + torch.randint(1, len(labels), [n])) % len(labels)
    partners = torch.where(alike, first, others)
    shown = images[torch.cat([first, torch.where(viewed, partners, second)])]
    for column in shown.chunk(2):  # each by itself: views of one image must differ
        column[viewed] = random_views(column[viewed])
    own = DIGITS + torch.arange(n)  # labels of this pair only
    first_labels = torch.where(viewed, own, labels[first])
    second_labels = torch.where(viewed, torch.where(alike, own, own + n), labels[second])
    return shown, torch.cat([first_labels, second_labels])
