"""Proxy-anchor loss: each class has a learned proxy, which is the anchor (Kim et al. 2020)."""

import math

import numpy as np
from array_api_compat import array_namespace

from core.losses.base import Array, Composition, Learned, Loss, LossEntry, mean_where
from core.losses.class_means import class_means
from core.losses.distances import directions
from core.losses.sums import log_one_plus, log_sum_exp


def proxy_anchor(
    embeddings: Array,
    labels: Array,
    *,
    scale: float,
    similarity_margin: float,
    proxies: Array | None = None,
) -> Loss:
    """Attraction: log(1 + sum over images of the proxy's class of exp(-a (s - m))), mean over the proxies whose
    class is in the batch. Repulsion: log(1 + sum over all other images of exp(a (s + m))), mean over all proxies.

    proxies: [classes, d], row c for class c. Best value 0, approached but never reached.
    Source: Kim, Kim, Cho, Kwak, "Proxy Anchor Loss for Deep Metric Learning", 2020, eq. 4.
    """
    xp = array_namespace(embeddings)
    if proxies is None:
        proxies, labels = class_means(embeddings, labels)
    s = directions(proxies) @ directions(embeddings).T  # [classes, b]
    own = xp.arange(proxies.shape[0])[:, None] == labels[None, :]
    pull = log_one_plus(log_sum_exp(-scale * (s - similarity_margin), own))
    push = log_one_plus(log_sum_exp(scale * (s + similarity_margin), ~own))
    return Loss.of(attraction=mean_where(pull, xp.any(own, axis=-1)), repulsion=xp.mean(push))


def start(classes: int, dims: int, generator: np.random.Generator) -> Learned:
    """Proxies in random directions, all equally likely."""
    return {"proxies": generator.normal(size=(classes, dims)).astype(np.float32)}


def _collapsed(batch: Composition, scale: float, similarity_margin: float) -> float:
    """The minimum over the proxies: for n images of a class and N others it lies at s = log(n / N) / 2a and is
    2 log(1 + exp(a m) sqrt(n N))."""

    def of_class(size: float) -> float:
        x = scale * similarity_margin + math.log(size * (batch.images - size)) / 2
        return 2 * (max(x, 0.0) + math.log1p(math.exp(-abs(x))))

    kept = [size for size in batch.sizes if 0 < size < batch.images]
    return sum(map(of_class, kept)) / len(kept) if kept else 0.0


ENTRY = LossEntry(
    name="proxy_anchor",
    label="Proxy-anchor",
    summary="Each class has a proxy, a point learned with the encoder, which pulls the images of its class and "
    "pushes all others. Images are never compared directly.",
    formula=r"\ell = \operatorname{mean}_{c}\; \log\bigl(1 + \sum_{x \in c} e^{-\alpha (s(x, q_c) - \delta)}\bigr) + "
    r"\operatorname{mean}_{c}\; \log\bigl(1 + \sum_{x \notin c} e^{\,\alpha (s(x, q_c) + \delta)}\bigr)",
    paper="Kim, Kim, Cho, Kwak: Proxy Anchor Loss for Deep Metric Learning, CVPR 2020",
    function=proxy_anchor,
    takes="batch",
    tables=1,
    parameters={"scale": r"\alpha", "similarity_margin": r"\delta"},
    collapsed=_collapsed,
    normalised=True,
    version=2,  # scale 2 instead of 16, which leaves overlapping classes in 2-D
    learned=start,
)
