"""The learning rate: from LEARNING_RATE / 5 linearly up over the first 20% of the steps, then linearly down to 0."""

import torch

from core.take_home.parts.helpers.optimizer import optimizer
from core.take_home.parts.images import labels
from core.take_home.parts.settings import BATCH_SIZE, EPOCHS, LEARNING_RATE
from core.take_home.parts.views.of_batches import VIEWED  # [two_views]

steps = EPOCHS * (len(labels) // BATCH_SIZE)  # [not two_views]
steps = EPOCHS * (len(labels) // (BATCH_SIZE - VIEWED))  # [two_views]
highest = [LEARNING_RATE]  # [not learned]
highest = [LEARNING_RATE, 10 * LEARNING_RATE]  # [learned]
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimizer,
    max_lr=highest,
    total_steps=steps,
    pct_start=0.2,
    div_factor=5,
    anneal_strategy="linear",
    cycle_momentum=False,  # leave Adam's beta1 unchanged
)
