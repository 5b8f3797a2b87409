"""The loss: pair-hinge triplet, as in the Wolfram notebook."""

from core.take_home.parts.settings import MARGIN


def triplet_loss(d_ap, d_an):
    """d(a,p)² pulls the positive to the anchor, max(0, m - d(a,n))² pushes the negative until m away."""
    return d_ap**2 + (MARGIN - d_an).relu() ** 2
