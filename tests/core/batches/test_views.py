"""Random views: of the same digit, different from it and from each other, determined by the generator."""

import numpy as np
import pytest
import torch

from core.batches.views import IMAGES_A_DRAW, random_views
from core.data import Dataset


@pytest.fixture(scope="module")
def images(mnist: Dataset) -> torch.Tensor:
    return torch.from_numpy(mnist.train.images[:100])


def views(images: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return random_views(images, np.random.default_rng(seed))


def test_a_view_has_the_images_shape_and_type_and_leaves_the_image_unchanged(images: torch.Tensor) -> None:
    before = images.clone()
    found = views(images)
    assert found.shape == images.shape and found.dtype == torch.uint8
    assert torch.equal(images, before)


def test_nearly_every_view_differs_from_its_image_and_from_the_next_view(images: torch.Tensor) -> None:
    one, other = views(images, 1), views(images, 2)
    for a, b in ((images, one), (one, other)):
        assert (a != b).any(dim=1).float().mean() > 0.99


def test_a_view_is_nearer_to_its_own_image_than_other_images_are(images: torch.Tensor) -> None:
    """It is still the digit: compared with the image shifted by up to four pixels, like views."""
    square = images.float().view(-1, 28, 28)
    shifted = torch.stack(
        [torch.roll(square, (down, right), (1, 2)) for down in range(-4, 5, 2) for right in range(-4, 5, 2)]
    ).flatten(2)
    found = views(images, 3).float()
    distances = torch.stack([torch.cdist(found, each) for each in shifted]).amin(dim=0)
    # chance would be 1 in 100
    assert (distances.argmin(dim=1) == torch.arange(100)).float().mean() > 0.5


def test_the_ink_is_moved_rotated_and_blurred(images: torch.Tensor) -> None:
    bar = torch.zeros(1, 28, 28, dtype=torch.uint8)
    bar[0, 6:22, 13:15] = 255
    stack = bar.view(1, -1).repeat(IMAGES_A_DRAW * 40, 1)
    found = views(stack, 4).float().view(-1, 28, 28)
    weight = found.sum(dim=(1, 2))
    across = (found.sum(dim=1) @ torch.arange(28.0)) / weight
    assert across.std() > 0.5  # it moves
    rows = torch.arange(28.0)[:, None].expand(28, 28)
    columns = torch.arange(28.0)[None, :].expand(28, 28)
    slant = [
        float(((rows - (f * rows).sum() / f.sum()) * (columns - (f * columns).sum() / f.sum()) * f).sum())
        for f in found
    ]
    assert min(slant) < 0 < max(slant)  # it turns both ways
    grey = ((found > 20) & (found < 235)).float().mean(dim=(1, 2))
    assert grey.mean() > 0.02  # its edges are blurred
    assert weight.std() / weight.mean() > 0.05  # and its size differs


def test_only_the_given_generator_matters_and_torchs_is_unchanged(images: torch.Tensor) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = views(images)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(one, views(images))
    assert not torch.equal(one, views(images, 1))


def test_not_all_images_share_one_draw(images: torch.Tensor) -> None:
    stack = images[:1].repeat(10 * IMAGES_A_DRAW, 1)
    assert len({view.numpy().tobytes() for view in views(stack)}) == 10
