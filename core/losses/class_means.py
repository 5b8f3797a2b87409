"""The means of a batch's classes: the default for proxies and centres that are not learned."""

from array_api_compat import array_namespace

from core.losses.base import Array


def class_means(embeddings: Array, labels: Array) -> tuple[Array, Array]:
    """Means [c, d] of the classes of the batch, in order of their labels, and for each image [b] its row."""
    xp = array_namespace(embeddings)
    classes = xp.unique_values(labels)
    own = labels[None, :] == classes[:, None]  # [c, b]
    share = xp.astype(own, embeddings.dtype)
    means = (share @ embeddings) / xp.sum(share, axis=-1, keepdims=True)
    return means, xp.argmax(xp.astype(own, xp.int8), axis=0)
