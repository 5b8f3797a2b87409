"""A share of the labels is made wrong on purpose: each says another class, any with the same chance."""

import torch

from core.take_home.parts.images import labels
from core.take_home.parts.settings import DIGITS, WRONG_LABELS

wrong = torch.randperm(len(labels))[: round(WRONG_LABELS * len(labels))]
labels[wrong] = (labels[wrong] + torch.randint(1, DIGITS, wrong.shape)) % DIGITS
