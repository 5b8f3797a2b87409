"""Finding ink in photos that are made from MNIST digits, so the expected result is known."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

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


def on_lined_paper(
    digit: np.ndarray | None, spacing: float, line: int, angle: float, *, ruled: bool = False
) -> np.ndarray:
    """A page of 600 x 800 with squares or ruled lines (their grey level: line), turned by `angle` degrees, with a
    digit of 200 pixels in the pen's grey level 40 on it; unevenly lit, with noise."""
    page = Image.new("L", (1100, 1100), 215)
    drawn = ImageDraw.Draw(page)
    for place in np.arange(7, 1100 if spacing else 0, spacing or 1):
        drawn.line([(0, place), (1100, place)], fill=line, width=2)
        if not ruled:
            drawn.line([(place, 0), (place, 1100)], fill=line, width=2)
    if digit is not None:
        large = Image.fromarray(digit.reshape(28, 28)).resize((280, 280), Image.Resampling.BICUBIC)
        page.paste(40, (470, 390), large)
    page = page.rotate(angle, Image.Resampling.BILINEAR).crop((150, 250, 950, 850))
    down, along = np.mgrid[:HEIGHT, :WIDTH]
    light = 1.05 - 0.25 * along / WIDTH - 0.1 * down / HEIGHT
    noise = np.random.default_rng(5).normal(0, 3, light.shape)
    return np.clip(np.asarray(page) * light + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("ruled", [False, True], ids=["squares", "ruled"])
@pytest.mark.parametrize("angle", [0, 4, -12])
@pytest.mark.parametrize(("spacing", "line"), [(14, 150), (24, 185), (40, 110), (65, 130)])
def test_squares_and_lines_on_the_paper_are_not_ink(
    mnist: Dataset, spacing: float, line: int, angle: float, ruled: bool
) -> None:
    image = mnist.test.images[[30, 5, 13, 25][int(spacing) % 4]]
    plain, lined = (ink_of(on_lined_paper(image, each, line, angle, ruled=ruled)) for each in (0, spacing))
    assert plain is not None and lined is not None
    found, right = as_mnist(lined), as_mnist(plain)
    assert found is not None and right is not None and np.corrcoef(found, right)[0, 1] > 0.75


@pytest.mark.parametrize("line", [185, 70], ids=["faint", "as dark as a pen"])
def test_squares_alone_are_not_a_digit(line: int) -> None:
    for angle in (0, 3):
        assert ink_of(on_lined_paper(None, 30, line, angle)) is None


def test_a_digit_that_was_cut_out_is_not_taken_for_lines(mnist: Dataset) -> None:
    alike = []
    for image in mnist.test.images[:20].reshape(-1, 28, 28):
        rows, columns = (np.flatnonzero((image > 30).any(axis=axis)) for axis in (1, 0))
        cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        height, width = cut.shape
        scan = 255 - np.asarray(
            Image.fromarray(cut).resize((14 * width, 14 * height), Image.Resampling.BICUBIC)
        )
        found = ink_of(scan)
        assert found is not None
        drawn = as_mnist(found)
        assert drawn is not None
        alike.append(np.corrcoef(drawn, image.ravel())[0, 1])
    assert np.median(alike) > 0.7


def test_one_changed_bit_far_away_does_not_move_a_digit(mnist: Dataset) -> None:
    """Browsers with privacy settings return some pixels of a white canvas as 254."""
    scan = np.full((280, 280), 255, np.uint8)
    scan[150:206, 30:86] -= np.kron(mnist.test.images[0].reshape(28, 28), np.ones((2, 2), np.uint8))
    one = scan.copy()
    one[3, 270] = 254
    plain, found = (ink_of(each) for each in (scan, one))
    assert plain is not None and found is not None and np.array_equal(as_mnist(plain), as_mnist(found))


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
