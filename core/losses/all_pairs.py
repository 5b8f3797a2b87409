"""Attraction and repulsion of all pairs of a training batch, with the gradient in closed form.

The same two means as in `pull_and_push`, and tested against it, for torch tensors only. Training spends
most of its time here and in the matrix products; autograd would pass over the pair list a dozen more times.

Attraction on d² needs no pairs at all. With p_i the sum of x_i - x_j over the n_i points of the class of x_i,
    gradient of sum over i < j of |x_i - x_j|² / 2 at x_i = p_i,
    sum over i < j of |x_i - x_j|² = sum over i of |p_i|² / n_i.

Repulsion needs every distance. With the push f(d) and w_ij = f'(d_ij) / d_ij,
    gradient of sum over i < j of f(d_ij) at x_i = q_i = sum over j of w_ij (x_i - x_j).

The fixed overhead of each torch call is a large part of the total, so there are few calls.
"""

from collections.abc import Callable
from typing import Any

import torch

from core.losses.base import Loss

TILE = 2**16  # distances at a time: 256 KB

# From squared distances [b, b] and `different` [b, b], 1 where two classes differ and 0 elsewhere:
# the sum of f over the pairs of different classes, each counted twice, and w [b, b], 0 elsewhere.
Push = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def pull_and_push_of_all_pairs(embeddings: torch.Tensor, labels: torch.Tensor, push: Push) -> Loss:
    """Half the mean of d²/2 over the positive pairs, half the mean of f(d) over the negative ones."""
    total, attraction, repulsion = _AllPairs.apply(embeddings, labels, push)
    return Loss(total=total, terms={"attraction": attraction, "repulsion": repulsion})


class _AllPairs(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, embeddings: torch.Tensor, labels: torch.Tensor, push: Push
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        x, b = embeddings.T.contiguous(), len(labels)  # [d, b]
        different = _different(labels, x)
        others = different.sum(0)  # how many points are of other classes, for each point [b]
        own = b - others
        negatives = others.sum().item()  # like everything here, counts each pair twice
        positives = b * (b - 1) - negatives
        ctx.positives, ctx.negatives = max(positives, 1.0), max(negatives, 1.0)

        p = own * x - (x.sum(1, keepdim=True) - x @ different)
        attraction = (p * p / own).sum() / (2 * ctx.positives)
        pushed, w = push(_squared_distances(x), different)
        q = w.sum(0) * x - x @ w  # w is symmetric
        repulsion = pushed / (2 * ctx.negatives)

        ctx.save_for_backward(p, q)
        ctx.set_materialize_grads(False)
        return attraction + repulsion, attraction, repulsion

    @staticmethod
    def backward(ctx: Any, *slopes: torch.Tensor | None) -> tuple[torch.Tensor, None, None]:
        p, q = ctx.saved_tensors
        total, attraction, repulsion = (0.0 if slope is None else slope.item() for slope in slopes)
        pull, push = (total + attraction) / ctx.positives, (total + repulsion) / ctx.negatives
        return torch.add(p * pull, q, alpha=push).T, None, None


def _different(labels: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """[b, b]: 1 where two labels differ, else 0; written directly as floats, which is ten times faster."""
    table = like.new_empty(len(labels), len(labels))
    return torch.ne(labels[:, None], labels, out=table)


def _squared_distances(x: torch.Tensor) -> torch.Tensor:
    """[b, b] of points [d, b], from differences: exact for close points, unlike matrix products."""
    first, *others = x.unbind()
    b = len(first)
    squared = x.new_empty(b, b)
    rows = max(64, TILE // b // 64 * 64)  # multiples of 64 round as the whole table does
    difference = x.new_empty(min(rows, b), b)
    for top in range(0, b, rows):  # all coordinates of a few rows, while these are in the CPU's cache
        part = squared[top : top + rows]
        torch.sub(first[top : top + rows, None], first, out=part).square_()
        for coordinate in others:
            away = torch.sub(coordinate[top : top + rows, None], coordinate, out=difference[: len(part)])
            part.addcmul_(away, away)
    return squared
