"""The source of the digit: drawn here, from a picture, or a test image."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.config import RunConfig
from core.data import DATASETS, load_stored, with_article
from core.drawings.ink import ink_of
from core.drawings.picture_file import MOST_BYTES, PictureRefused, read_picture
from core.drawings.preprocessing import as_mnist
from pages.ui.addresses import uploads_arrive
from pages.ui.components.number_field import number_field
from pages.ui.components.plain_text import plain
from pages.ui.controls.settings_url import DIGIT_FROM, TEST_IMAGE
from pages.ui.draw.paper import paper
from pages.ui.runs.names import class_names

DRAW, PICTURE, TEST = "Draw", "Picture", "Test image"
NOT_FOUND = (
    "No {noun} stands out in this picture. Take one with a single {noun}, "
    "dark on light paper or light on a dark board."
)

KEPT_BACK = (
    "A picture cannot be uploaded here: your browser keeps back the cookie that this server checks with each upload. "
    "That happens when the app is shown inside another site's page. Open it in a tab of its own, or draw instead."
)

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Digit:
    """The network's input, 784 grey levels, and a few words that say what it is."""

    image: Image
    words: str


def choose(config: RunConfig) -> Digit | None:
    """Tabs for the three sources; returns the digit of the open one, None if it has none yet.

    Raises DataError.
    """
    noun = DATASETS[config.dataset].noun
    tabs = st.tabs([DRAW, PICTURE, TEST], key=DIGIT_FROM, bind="query-params")
    # all tabs are rendered: a drawing that leaves the page is lost
    sources: tuple[Callable[[], Digit | None], ...] = (_drawn, lambda: _loaded(noun), lambda: _tested(config))
    digits = []
    for tab, make in zip(tabs, sources, strict=True):
        with tab:
            try:
                digits.append(make())
            except PictureRefused as refusal:
                st.error(plain(str(refusal)), icon=":material/broken_image:")
                digits.append(None)
    return next((digit for tab, digit in zip(tabs, digits, strict=True) if tab.open), digits[0])


def _drawn() -> Digit | None:
    ink = paper("paper")
    if ink is None or (image := as_mnist(ink)) is None:
        return None
    return Digit(image, "your drawing")


def _loaded(noun: str) -> Digit | None:
    file = st.file_uploader(
        f"A picture of one {noun}",
        type=["png", "jpg", "jpeg"],
        max_upload_size=MOST_BYTES // 1_000_000,
        key="digit_picture",
        help="Dark on light or light on dark; shadows and specks are ignored.",
    )
    if file is None:
        if not uploads_arrive():
            st.info(KEPT_BACK, icon=":material/cookie_off:")
        return None
    if file.size > MOST_BYTES:  # the browser should enforce this, but may be forged
        raise PictureRefused(f"This file has {file.size / 1e6:.0f} MB; at most 10 can be taken.")
    ink = ink_of(read_picture(file.getvalue()))
    image = None if ink is None else as_mnist(ink)
    if image is None:
        raise PictureRefused(NOT_FOUND.format(noun=noun))
    return Digit(image, "your picture")


def _tested(config: RunConfig) -> Digit | None:
    split = load_stored(config.dataset).test.first_classes(config.digits)
    last = len(split.labels) - 1
    number = number_field("Number of the test image", last, key=TEST_IMAGE, bind="query-params")
    if number is None:
        return None
    name = class_names(config)[split.labels[number]]
    st.caption(f"This is **{plain(with_article(name))}**. Training never saw the test images.")
    return Digit(split.images[number], f"test image {number:,}, {with_article(name)}")
