"""Attraction and repulsion of all pairs of a training batch, with the gradient in closed form.

The same two means as `pull_and_push` takes, and tested against it, for torch tensors alone. Written
out here because this is where training spends its time beside the matrix products: the automatic
gradient would walk through the pair list a dozen times more.

Attraction on d² needs no pairs at all. Within a class of n points with mean mu,
    sum over its pairs of |x_i - x_j|² = n sum over its points of |x_i - mu|².

Repulsion needs every distance. With the push f(d) and w_ij = f'(d_ij) / d_ij,
    gradient of sum over i < j of f(d_ij) at x_i = sum over j of w_ij (x_i - x_j).
"""

from collections.abc import Callable
from typing import Any

import torch

from core.losses.base import Loss

# From squared distances [b, b] and `different` [b, b], 1 where two classes differ and 0 elsewhere:
# the sum of f over the pairs of different classes, each counted twice, and w [b, b], 0 elsewhere.
Push = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def pull_and_push_of_all_pairs(embeddings: torch.Tensor, labels: torch.Tensor, push: Push) -> Loss:
    """Half the mean of d²/2 over the positive pairs, half the mean of f(d) over the negative ones."""
    attraction, repulsion = _AllPairs.apply(embeddings, labels, push)
    return Loss.of(attraction=attraction, repulsion=repulsion)


class _AllPairs(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, labels: torch.Tensor, push: Push
    ) -> tuple[torch.Tensor, torch.Tensor]:
        attraction, pull_gradient = _attraction(x, labels.long())
        different = _different(labels.to(x.dtype))
        negatives = different.sum().clamp_(min=1)  # as everything here, each pair twice
        pushed, w = push(_squared_distances(x), different)
        weighted = (x.T @ w).T  # w is symmetric, and this way round is six times faster than w @ x
        push_gradient = (w.sum(1, keepdim=True) * x - weighted) / negatives
        ctx.save_for_backward(pull_gradient, push_gradient)
        return attraction, pushed / (2 * negatives)

    @staticmethod
    def backward(ctx: Any, *slopes: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        pull_gradient, push_gradient = ctx.saved_tensors
        return slopes[0] * pull_gradient + slopes[1] * push_gradient, None, None


def _attraction(x: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The attraction and its gradient [b, d], from the classes' means."""
    size = torch.bincount(labels)
    mean = x.new_zeros(len(size), x.shape[1]).index_add_(0, labels, x) / size.clamp(min=1)[:, None]
    pairs = (size * (size - 1)).sum().clamp_(min=2)  # each twice
    apart = x - mean.index_select(0, labels)
    pulled = size.index_select(0, labels)[:, None] * apart
    return (pulled * apart).sum() / (2 * pairs), pulled / pairs


def _different(labels: torch.Tensor) -> torch.Tensor:
    """[b, b]: 1 where two labels differ, else 0; written as numbers at once, which is ten times faster."""
    table = labels.new_empty(len(labels), len(labels))
    return torch.ne(labels[:, None], labels[None, :], out=table)


def _squared_distances(x: torch.Tensor) -> torch.Tensor:
    """[b, b], coordinate by coordinate: exact where two points are close, unlike by products."""
    first, *others = x.T.contiguous().unbind()
    squared = (first[:, None] - first[None, :]).square_()
    for coordinate in others:
        difference = coordinate[:, None] - coordinate[None, :]
        squared.addcmul_(difference, difference)
    return squared
