"""The optimizer."""

import torch

from core.take_home.parts.encoder import encoder
from core.take_home.parts.losses.center import loss_of  # [learned]
from core.take_home.parts.settings import LEARNING_RATE

optimizer = torch.optim.Adam(encoder.parameters(), lr=LEARNING_RATE)
# What the loss learns moves ten times as fast: it has a longer way to go.  # [learned]
optimizer.add_param_group({"params": loss_of.parameters(), "lr": 10 * LEARNING_RATE})  # [learned]
