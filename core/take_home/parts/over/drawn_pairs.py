"""The loss of a batch, which holds the first images of drawn pairs, then their partners."""

from core.take_home.parts.losses.contrastive import pair_loss


def loss_of(embeddings, labels):
    first, second = embeddings.chunk(2)
    first_labels, second_labels = labels.chunk(2)
    return pair_loss((first - second).norm(dim=1), first_labels == second_labels).mean()
