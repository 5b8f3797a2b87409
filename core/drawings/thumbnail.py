"""An image of the data as a small picture for a page."""

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

SIDE = 28  # pixels, width and height of an image


def png(image: npt.NDArray[np.uint8]) -> bytes:
    """One image [784] as a grey PNG of 28 x 28, pixel for pixel: 0 is the background, 255 is ink."""
    buffer = io.BytesIO()
    Image.fromarray(image.reshape(SIDE, SIDE)).save(buffer, "PNG")
    return buffer.getvalue()


def data_uri(image: npt.NDArray[np.uint8]) -> str:
    """The PNG of `png` as a data URI: about 400 characters for a digit."""
    return f"data:image/png;base64,{base64.b64encode(png(image)).decode()}"
