"""The loss: triplet margin (Balntas, Riba, Ponsa, Mikolajczyk 2016)."""

from core.take_home.parts.settings import MARGIN


def triplet_loss(d_ap, d_an):
    """max(0, d(a,p) - d(a,n) + m): the positive should be nearer than the negative, by the margin."""
    return (d_ap - d_an + MARGIN).relu()
