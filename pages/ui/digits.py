"""Images of the data set on a page, each with a line below it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import streamlit as st

WIDTH = 56  # on the page, in CSS pixels
_ENLARGED = 4  # a 28-pixel image would be blurred by the browser


def digits(
    images: npt.NDArray[np.uint8], captions: Sequence[str] | None = None, *, width: int = WIDTH
) -> None:
    """Show images [n, 784] in rows, as many in a row as there is room for; captions: one for each."""
    with st.container(horizontal=True, gap="xsmall"):
        for at, image in enumerate(images):
            st.image(enlarged(image), caption=captions[at] if captions else None, width=width)


def enlarged(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """One image [784] as [112, 112], ink dark on a light ground, each pixel a sharp square."""
    square = 255 - image.reshape(28, 28)
    return square.repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1)
