"""Center loss with the softmax head of its paper (Wen et al. 2016)."""

import math

import numpy as np
from array_api_compat import array_namespace

from core.losses.base import Array, Composition, Learned, Loss, LossEntry
from core.losses.class_means import class_means
from core.losses.sums import log_sum_exp


def center(
    embeddings: Array,
    labels: Array,
    *,
    weight: float,
    centers: Array | None = None,
    head: Array | None = None,
    bias: Array | None = None,
) -> Loss:
    """Softmax: the cross-entropy of a linear classifier on the embedding. Center: l/2 times the mean
    squared distance of each image to its class's centre.

    centers [classes, d]; head [classes, d] and bias [classes]: the classifier's weights. By default
    the centres are the batch's class means and the classifier prefers the nearest of them. The paper
    updates its centres by a special rule; here they follow the gradient, like the encoder. Best value 0,
    approached but never reached.
    Source: Wen, Zhang, Li, Qiao, "A Discriminative Feature Learning Approach for Deep Face
    Recognition", 2016, eq. 5.
    """
    xp = array_namespace(embeddings)
    if centers is None:
        centers, labels = class_means(embeddings, labels)
    if head is None or bias is None:
        head, bias = centers, -xp.sum(centers**2, axis=-1) / 2
    logits = embeddings @ head.T + bias  # [b, classes]
    own = labels[:, None] == xp.arange(centers.shape[0])[None, :]
    chosen = xp.sum(xp.where(own, logits, xp.zeros_like(logits)), axis=-1)
    entropy = log_sum_exp(logits, xp.ones_like(own)) - chosen
    place = xp.argmax(xp.astype(own, xp.int8), axis=-1)
    apart = xp.sum((embeddings - xp.take(centers, place, axis=0)) ** 2, axis=-1)
    return Loss.of(softmax=xp.mean(entropy), center=weight * xp.mean(apart) / 2)


def start(classes: int, dims: int, generator: np.random.Generator) -> Learned:
    """Centres at the origin, where the embeddings start; the head like any linear layer."""
    bound = dims**-0.5
    return {
        "centers": np.zeros((classes, dims), np.float32),
        "head": generator.uniform(-bound, bound, (classes, dims)).astype(np.float32),
        "bias": np.zeros(classes, np.float32),
    }


def _collapsed(batch: Composition, weight: float) -> float:
    """All embeddings at their common centre: the head can only learn the class frequencies."""
    shares = [size / batch.images for size in batch.sizes if size > 0]
    return -sum(share * math.log(share) for share in shares)


ENTRY = LossEntry(
    name="center",
    label="Center, with softmax",
    summary="A classifier keeps the classes apart, and each class is pulled towards its centre; classifier "
    "and centres are learned with the encoder.",
    formula=r"\ell = -\log \frac{e^{\,W_y \cdot x + b_y}}{\sum_{c} e^{\,W_c \cdot x + b_c}} + "
    r"\frac{\lambda}{2} \lVert x - c_y \rVert^2",
    paper="Wen, Zhang, Li, Qiao: A Discriminative Feature Learning Approach for Deep Face Recognition, ECCV 2016",
    function=center,
    takes="batch",
    tables=1,
    parameters={"weight": r"\lambda"},
    collapsed=_collapsed,
    learned=start,
)
