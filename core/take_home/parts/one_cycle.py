"""The learning rate: straight up from a fifth during a fifth of the steps, then straight down to nothing."""

import torch

from core.take_home.parts.helpers.optimizer import optimizer
from core.take_home.parts.images import labels
from core.take_home.parts.settings import BATCH_SIZE, EPOCHS
from core.take_home.parts.views.of_batches import VIEWED  # [two_views]

steps = EPOCHS * (len(labels) // BATCH_SIZE)  # [not two_views]
steps = EPOCHS * (len(labels) // (BATCH_SIZE - VIEWED))  # [two_views]
schedule = torch.optim.lr_scheduler.OneCycleLR(
    optimizer,
    max_lr=[group["lr"] for group in optimizer.param_groups],  # up to those set above
    total_steps=steps,
    pct_start=0.2,
    div_factor=5,
    anneal_strategy="linear",
    cycle_momentum=False,
)
