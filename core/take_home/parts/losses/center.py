"""The loss: center, with a softmax classifier (Wen, Zhang, Li, Qiao 2016)."""

import torch
import torch.nn.functional as F
from torch import nn

from core.take_home.parts.settings import DIGITS, EMBEDDING_DIMS, WEIGHT


class CenterLoss(nn.Module):
    """The cross-entropy of a linear classifier, plus w/2 times the squared distance of each image to the
    centre of its class; classifier and centres are learned."""

    def __init__(self):
        super().__init__()
        self.centers = nn.Parameter(torch.zeros(DIGITS, EMBEDDING_DIMS))
        self.classifier = nn.Linear(EMBEDDING_DIMS, DIGITS)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, embeddings, labels):
        softmax = F.cross_entropy(self.classifier(embeddings), labels)
        squared = ((embeddings - self.centers[labels]) ** 2).sum(dim=1)
        return softmax + WEIGHT * squared.mean() / 2


loss_of = CenterLoss()
