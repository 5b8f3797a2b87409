"""Views instead of labels: a share of the pairs, alike or not, are random views of images.

Two views of an image are alike, with even chance; those of two images, whatever their classes, are not.
"""

import torch

from core.take_home.parts.helpers.random_views import random_views
from core.take_home.parts.settings import DIGITS, VIEWS


def show(images, labels, rows):
    """What the encoder is shown of the batch, and by which labels."""
    first, second = rows.chunk(2)
    n = len(first)
    viewed, alike = torch.rand(n) < VIEWS, torch.rand(n) < 0.5
    others = (first + torch.randint(1, len(labels), [n])) % len(labels)
    partners = torch.where(alike, first, others)
    shown = images[torch.cat([first, torch.where(viewed, partners, second)])]
    in_views = torch.cat([viewed, viewed])
    shown[in_views] = random_views(shown[in_views])
    own = DIGITS + torch.arange(n)  # labels that no other pair has
    first_labels = torch.where(viewed, own, labels[first])
    second_labels = torch.where(viewed, torch.where(alike, own, own + n), labels[second])
    return shown, torch.cat([first_labels, second_labels])
