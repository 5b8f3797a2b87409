"""The loss: soft-margin triplet (Hermans, Beyer, Leibe 2017)."""

import torch.nn.functional as F


def triplet_loss(d_ap, d_an):
    """log(1 + exp(d(a,p) - d(a,n))): the push fades as the negative moves away."""
    return F.softplus(d_ap - d_an)
