"""The loss of a batch, which holds the anchors of drawn triplets, then their positives, then their negatives."""

from core.take_home.parts.losses.triplet_margin import triplet_loss


def loss_of(embeddings, labels):
    anchor, positive, negative = embeddings.chunk(3)
    d_ap, d_an = (anchor - positive).norm(dim=1), (anchor - negative).norm(dim=1)
    return triplet_loss(d_ap, d_an).mean()
