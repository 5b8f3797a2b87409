"""A thumbnail preserves every pixel of its image."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.data import Dataset
from core.drawings.thumbnail import data_uri, png

BLANK = np.zeros(784, np.uint8)


def decoded(content: bytes) -> np.ndarray:
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.mode) == ("PNG", "L")
    return np.asarray(picture)


@pytest.mark.parametrize("place", [0, 1, 59_999])
def test_every_pixel_is_restored(mnist: Dataset, place: int) -> None:
    image = mnist.train.images[place]
    assert decoded(png(image)).tolist() == image.reshape(28, 28).tolist()


def test_a_row_of_the_image_is_a_row_of_the_picture() -> None:
    image = BLANK.copy()
    image[1] = 200  # first row, second column
    assert np.argwhere(decoded(png(image))).tolist() == [[0, 1]]


def test_the_data_uri_contains_the_picture() -> None:
    head, content = data_uri(BLANK).split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(content, validate=True) == png(BLANK)
