"""The last layer of the encoder for a loss that depends on directions only."""

import torch.nn.functional as F
from torch import nn


class OnSphere(nn.Module):
    """Divides each embedding by its length: only directions count."""

    def forward(self, embeddings):
        return F.normalize(embeddings)
