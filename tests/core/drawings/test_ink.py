"""Finding ink in photos that are made from MNIST digits, so the expected result is known."""

import numpy as np
import pytest
from PIL import Image

from core.data import Dataset
from core.drawings.ink import ink_of
from core.drawings.preprocessing import as_mnist

HEIGHT, WIDTH = 600, 800


def photograph(digit: np.ndarray, *, dark: bool, place: tuple[int, int] = (140, 250)) -> np.ndarray:
    """Pen on shaded paper, or chalk on a board, with noise, a speck of dust, and the table at one side."""
    generator = np.random.default_rng(5)
    large = Image.fromarray(digit.reshape(28, 28)).resize((300, 300), Image.Resampling.BICUBIC)
    down, along = np.mgrid[:HEIGHT, :WIDTH]
    ink = np.zeros((HEIGHT, WIDTH))
    ink[place[0] : place[0] + 300, place[1] : place[1] + 300] = np.asarray(large) / 255
    ink[550:554, 60:64] = 1
    light = 200 - 80 * along / WIDTH + 25 * np.sin(down / 200)
    picture = 35 + 25 * along / WIDTH + 150 * ink if dark else light * (1 - 0.7 * ink)
    picture = picture + generator.normal(0, 5, picture.shape)
    if not dark:
        picture[:, -30:] *= 0.3
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("dark", [False, True], ids=["pen on paper", "chalk on a board"])
def test_a_photographed_digit_is_recovered(mnist: Dataset, dark: bool) -> None:
    alike = []
    for digit in range(10):
        image = mnist.test.images[np.flatnonzero(mnist.test.labels == digit)[0]]
        ink = ink_of(photograph(image, dark=dark))
        assert ink is not None and ink.min() >= 0 and ink.max() <= 255 and max(ink.shape) == 400
        found = as_mnist(ink)
        assert found is not None
        alike.append(np.corrcoef(found, image)[0, 1])
    assert np.median(alike) > 0.95 and min(alike) > 0.8


def test_a_scan_on_plain_white_keeps_its_strokes(mnist: Dataset) -> None:
    image = mnist.test.images[0]
    scan = 255 - np.asarray(
        Image.fromarray(image.reshape(28, 28)).resize((280, 280), Image.Resampling.BICUBIC)
    )
    ink = ink_of(scan)
    assert ink is not None
    found = as_mnist(ink)
    assert found is not None and np.corrcoef(found, image)[0, 1] > 0.95


def test_dust_and_the_table_are_not_ink(mnist: Dataset) -> None:
    ink = ink_of(photograph(mnist.test.images[0], dark=False))
    assert ink is not None
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0) for axis in (1, 0))
    assert rows[0] > 60 and rows[-1] < 230 and columns[0] > 120 and columns[-1] < 285


def test_a_digit_that_touches_the_edge_is_kept() -> None:
    paper = np.full((200, 200), 220, np.uint8)
    paper[0:150, 90:110] = 20
    ink = ink_of(paper)
    assert ink is not None and ink[50, 100] > 200 and ink[50, 50] == 0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_uniform_picture_has_no_ink(level: int) -> None:
    assert ink_of(np.full((120, 90), level, np.uint8)) is None
    assert ink_of(np.full((1, 1), level, np.uint8)) is None


def test_noise_and_shading_alone_are_not_ink() -> None:
    generator = np.random.default_rng(0)
    along = np.linspace(0, 60, 300)[None]
    paper = 200 - along + generator.normal(0, 5, (300, 300))
    assert ink_of(np.clip(paper, 0, 255).astype(np.uint8)) is None


def test_what_is_no_picture_is_refused() -> None:
    for wrong in (np.zeros((0, 5), np.uint8), np.zeros((4, 4, 3), np.uint8)):
        with pytest.raises(ValueError, match="rows and columns"):
            ink_of(wrong)
