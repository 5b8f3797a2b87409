"""The validation images for early stopping."""

import torch

from core.take_home.parts.images import images, labels, load
from core.take_home.parts.settings import HELD_OUT_CLASS

shuffled = torch.randperm(len(labels))  # [held_out]
watched_images, watched_labels = images[shuffled[:1000]], labels[shuffled[:1000]]  # [held_out]
images, labels = images[shuffled[1000:]], labels[shuffled[1000:]]  # [held_out]
watched_images, watched_labels = load(train=False)  # [on_test]
sample = torch.randperm(len(watched_labels))[:2000]  # [on_test]
sample = sample[watched_labels[sample] != HELD_OUT_CLASS]  # [unseen_on_test]
watched_images, watched_labels = watched_images[sample], watched_labels[sample]  # [on_test]
