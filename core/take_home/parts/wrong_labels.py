"""Wrong labels on purpose: a share of the labels is changed to another class, all equally likely."""

import torch

from core.take_home.parts.images import labels
from core.take_home.parts.settings import DIGITS, WRONG_LABELS

wrong = torch.randperm(len(labels))[: round(WRONG_LABELS * len(labels))]
labels[wrong] = (labels[wrong] + torch.randint(1, DIGITS, wrong.shape)) % DIGITS
