"""The loss: soft nearest neighbour (Frosst, Papernot, Hinton 2019)."""

from core.take_home.parts.helpers.distances import distances
from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.helpers.sums import log_sum_exp
from core.take_home.parts.settings import TEMPERATURE


def loss_of(embeddings, labels):
    """-log(the sum of exp(-d²/T) over the positives / the same sum over all others), mean over the anchors:
    a random neighbour, more likely the nearer it is, should be of the anchor's class."""
    near = -(distances(embeddings) ** 2) / TEMPERATURE
    same, different = same_and_different(labels)
    losses = log_sum_exp(near, same | different) - log_sum_exp(near, same)
    return mean(losses[same.any(dim=1)])
