"""The loss: SupCon (Khosla et al. 2020)."""

from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.helpers.sums import log_sum_exp
from core.take_home.parts.settings import TEMPERATURE


def loss_of(embeddings, labels):
    """-log(exp(s_ip / t) / the sum of exp(s_ia / t) over all others a), mean over the positives p of i, then
    over the anchors i; s the cosine similarity, t the temperature."""
    s = embeddings @ embeddings.T / TEMPERATURE
    same, different = same_and_different(labels)
    losses = log_sum_exp(s, same | different)[:, None] - s  # [b, b]
    anchors = same.any(dim=1)  # those that have a positive
    return mean((losses * same)[anchors].sum(dim=1) / same[anchors].sum(dim=1))
