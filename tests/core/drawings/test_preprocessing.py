"""A drawing becomes an MNIST-like image: tested with the images of MNIST themselves."""

import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from core.data import Dataset
from core.drawings.preprocessing import as_mnist


@pytest.fixture(scope="module")
def usual(mnist: Dataset) -> np.ndarray:
    """MNIST images whose longer side is 20 pixels and whose strongest ink is 255: nearly all."""
    images = mnist.train.images[:400].reshape(-1, 28, 28)
    on = images > 0
    longer = np.maximum(on.any(axis=2).sum(axis=1), on.any(axis=1).sum(axis=1))
    chosen = images[(longer == 20) & (images.max(axis=(1, 2)) == 255)]
    assert len(chosen) > 300
    return chosen


def test_an_mnist_image_is_unchanged_wherever_it_is_drawn(usual: np.ndarray) -> None:
    generator = np.random.default_rng(0)
    same = 0
    for image in usual:
        paper = np.zeros((90, 70))
        top, left = generator.integers(0, [62, 42])
        paper[top : top + 28, left : left + 28] = image
        same += np.array_equal(as_mnist(paper), image.ravel())
    assert same >= 0.99 * len(usual)  # a centre midway between two pixels may be rounded either way


@pytest.mark.parametrize("times", [2, 7, 10])
def test_the_size_of_a_drawing_does_not_matter(usual: np.ndarray, times: int) -> None:
    for image in usual[:60]:
        drawn = as_mnist(np.kron(image, np.ones((times, times))))
        assert drawn is not None
        assert np.abs(drawn.astype(int) - image.ravel()).max() <= 1


def test_the_darkness_of_the_pen_does_not_matter(usual: np.ndarray) -> None:
    for image in usual[:30]:
        assert np.array_equal(as_mnist(image * 0.3), as_mnist(image.astype(float)))


def test_the_longer_side_is_20_and_the_centre_of_mass_is_in_the_middle() -> None:
    generator = np.random.default_rng(1)
    for _ in range(100):
        ink = np.zeros((280, 280))
        for _ in range(3):
            top, left = generator.integers(20, 200, 2)
            height, width = generator.integers(20, 80, 2)
            ink[top : top + height, left : left + width] = 255
        drawn = as_mnist(ink)
        assert drawn is not None
        image = drawn.reshape(28, 28)
        rows, columns = image.any(axis=1), image.any(axis=0)
        assert max(np.ptp(np.flatnonzero(used)) + 1 for used in (rows, columns)) == 20
        for centre, used in zip(center_of_mass(image), (rows, columns), strict=True):
            stopped = used[0] or used[-1]  # it cannot move further
            assert abs(centre - 14) <= 0.51 or stopped


def test_flat_and_slim_strokes_keep_their_proportions() -> None:
    flat, slim = np.zeros((280, 280)), np.zeros((280, 280))
    flat[100:120, 40:240] = 1
    slim[10:50, 100:104] = 1
    for ink, size in ((flat, (2, 20)), (slim, (20, 2))):
        drawn = as_mnist(ink)
        assert drawn is not None
        image = drawn.reshape(28, 28)
        assert (image.any(axis=1).sum(), image.any(axis=0).sum()) == size
        assert image.max() == 255


def test_a_single_dot_fills_the_box_and_no_ink_is_no_image() -> None:
    ink = np.zeros((280, 280))
    assert as_mnist(ink) is None
    ink[3, 270] = 1
    drawn = as_mnist(ink)
    assert drawn is not None and (drawn == 255).sum() == 400


def test_lowest_bits_that_a_browser_changed_do_not_move_a_digit() -> None:
    """Brave and Firefox return some pixels of a white canvas as 254 instead of 255."""
    ink = np.zeros((280, 280))
    ink[60:90, 40:80] = ink[60:140, 70:80] = 224
    noisy = ink + np.random.default_rng(0).integers(0, 3, ink.shape)
    clean, found = as_mnist(ink), as_mnist(noisy)
    assert clean is not None and found is not None
    assert np.abs(found.astype(int) - clean).max() <= 3


@pytest.mark.parametrize(
    "ink", [np.zeros(784), np.full((5, 5), np.nan), np.array([[0.0, np.inf]])], ids=["flat", "nan", "inf"]
)
def test_what_is_no_picture_is_refused(ink: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"picture \[h, w\] of finite numbers"):
        as_mnist(ink)
