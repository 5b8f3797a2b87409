"""The loss of a batch: over the mined triplets."""

from core.take_home.parts.helpers.distances import distances
from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.losses.triplet_margin import triplet_loss
from core.take_home.parts.miners.semi_hard import mine


def loss_of(embeddings, labels):
    anchor, positive, negative = mine(embeddings.detach(), labels)
    d = distances(embeddings)
    return mean(triplet_loss(d[anchor, positive], d[anchor, negative]))
