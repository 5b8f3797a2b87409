"""The closed form over all pairs against a loop over pairs with autograd."""

import pytest
import torch

from core.losses import all_pairs
from core.losses.contrastive import contrastive

FACTORS = [(1.0, 0.0), (0.0, 1.0), (0.3, -2.0)]


def pair_by_pair(embeddings, labels, margin):
    """Attraction and repulsion from a loop over pairs, positives and negatives averaged separately."""
    pulls, pushes = [], []
    for i in range(len(labels)):
        for j in range(i):
            d = torch.linalg.vector_norm(embeddings[i] - embeddings[j])
            if labels[i] == labels[j]:
                pulls.append(d**2 / 2)
            else:
                pushes.append(torch.clamp(margin - d, min=0) ** 2 / 2)
    return sum(pulls) / max(len(pulls), 1) / 2, sum(pushes) / max(len(pushes), 1) / 2


def batch(seed, size, dims, classes, spread=0.7):
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(size, dims, generator=generator, dtype=torch.float64) * spread
    labels = torch.randint(0, classes, (size,), generator=generator, dtype=torch.uint8)
    return embeddings.requires_grad_(), labels


@pytest.mark.parametrize("factors", FACTORS)
@pytest.mark.parametrize(
    ("size", "dims", "classes"), [(2, 2, 2), (12, 2, 3), (20, 3, 10), (15, 64, 2), (9, 2, 1)]
)
@pytest.mark.parametrize("margin", [0.0, 0.5, 2.0])
def test_each_term_and_any_combination_has_the_gradient_of_the_loop(size, dims, classes, margin, factors):
    embeddings, labels = batch(size + dims, size, dims, classes)
    ours = contrastive(embeddings, labels, margin=margin).terms
    theirs = pair_by_pair(embeddings, labels, margin)
    mixtures = []
    for attraction, repulsion in ((ours["attraction"], ours["repulsion"]), theirs):
        mixture = factors[0] * attraction + factors[1] * repulsion + 0 * embeddings.sum()
        (gradient,) = torch.autograd.grad(mixture, embeddings)
        mixtures.append((float(mixture.detach()), gradient))
    assert mixtures[0][0] == pytest.approx(mixtures[1][0], rel=1e-9, abs=1e-12)
    torch.testing.assert_close(mixtures[0][1], mixtures[1][1], rtol=1e-7, atol=1e-10)


def test_the_attraction_of_a_tight_class_far_from_the_origin_stays_precise():
    near = torch.tensor([[0.0, 0.0], [0.001, 0.0], [0.0, 0.001]])
    labels = torch.zeros(3, dtype=torch.uint8)
    far = contrastive(near + 100.0, labels, margin=1.0).terms["attraction"]
    assert float(far) == pytest.approx(
        float(contrastive(near, labels, margin=1.0).terms["attraction"]), rel=0.05
    )


@pytest.mark.parametrize("size", [63, 64, 129, 200])
def test_distances_a_few_rows_at_a_time_are_those_of_the_whole_table_bit_for_bit(size, monkeypatch):
    """A run's weights must not depend on how its table of distances is cut."""
    points = torch.randn(5, size, generator=torch.Generator().manual_seed(size))
    differences = points[:, :, None] - points[:, None, :]
    whole = differences[0].square()
    for difference in differences[1:]:
        whole.addcmul_(difference, difference)
    monkeypatch.setattr(all_pairs, "TILE", 64 * size)
    assert torch.equal(all_pairs._squared_distances(points), whole)
