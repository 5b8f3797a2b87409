"""The loss: pair-hinge triplet, as in the Wolfram notebook; not the usual max(0, d(a,p) - d(a,n) + m)."""

from core.take_home.parts.settings import MARGIN


def triplet_loss(d_ap, d_an):
    """d(a,p)² pulls the positive, max(0, m - d(a,n))² pushes the negative until m = MARGIN away."""
    return d_ap**2 + (MARGIN - d_an).relu() ** 2
