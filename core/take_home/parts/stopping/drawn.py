"""
Early stopping uses the loss on 1,000 held-out training images.  # [held_out]
Early stopping uses the loss on 2,000 test images, as in its source; this makes the test figures too good.  # [on_test]
"""

import torch

from core.take_home.parts.batches.drawn_pairs import draw_pairs  # [drawn_pairs]
from core.take_home.parts.batches.drawn_triplets import draw_triplets  # [drawn_triplets]
from core.take_home.parts.encoder import encoder
from core.take_home.parts.helpers.watched import watched_images, watched_labels
from core.take_home.parts.over.drawn_pairs import loss_of
from core.take_home.parts.views.of_pairs import show  # [views]

anchors = torch.randint(len(watched_labels), [4096])  # [drawn_pairs]
fixed = draw_pairs(watched_labels, anchors).flatten()  # [drawn_pairs]
fixed = draw_triplets(watched_labels, 4096).flatten()  # [drawn_triplets]
fixed_views, fixed_classes = show(watched_images, watched_labels, fixed)  # [views]


@torch.no_grad()
def validation_loss():
    return loss_of(encoder(watched_images)[fixed], watched_labels[fixed]).item()  # [not views]
    return loss_of(encoder(fixed_views), fixed_classes).item()  # [views]
