"""
Early stopping uses the loss on 1,000 held-out training images.  # [held_out]
Early stopping uses the loss on 2,000 test images, as in its source; this makes the test figures too good.  # [on_test]
"""

import torch

from core.take_home.parts.batches.shuffled import batches
from core.take_home.parts.encoder import encoder
from core.take_home.parts.helpers.watched import watched_images, watched_labels
from core.take_home.parts.over.all_pairs import loss_of
from core.take_home.parts.settings import SEED  # [chance]
from core.take_home.parts.views.of_batches import show  # [views]

fixed = list(batches(watched_labels))
fixed_views = [show(watched_images, watched_labels, rows) for rows in fixed]  # [views]


@torch.no_grad()
@torch.random.fork_rng(devices=[])  # does not affect the training's random numbers  # [chance]
def validation_loss():
    torch.manual_seed(SEED)  # so that the miner draws the same every time  # [chance]
    embeddings = encoder(watched_images)  # [not views]
    losses = [loss_of(embeddings[rows], watched_labels[rows]).item() for rows in fixed]  # [not views]
    losses = [loss_of(encoder(views), classes).item() for views, classes in fixed_views]  # [views]
    return sum(losses) / len(losses)
