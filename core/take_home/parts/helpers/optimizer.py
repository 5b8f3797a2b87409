"""The optimizer."""

import torch

from core.take_home.parts.encoder import encoder
from core.take_home.parts.losses.center import loss_of  # [learned]
from core.take_home.parts.settings import LEARNING_RATE

optimizer = torch.optim.Adam(encoder.parameters(), lr=LEARNING_RATE)
# The loss's own parameters have farther to move: ten times the learning rate.  # [learned]
optimizer.add_param_group({"params": loss_of.parameters(), "lr": 10 * LEARNING_RATE})  # [learned]
