"""The Wolfram notebook's activation."""

from torch import nn


class XPlusSigmoid(nn.Module):  # called "swish" in the notebook; the usual swish is x * sigmoid(x)
    def forward(self, x):
        return x + x.sigmoid()
