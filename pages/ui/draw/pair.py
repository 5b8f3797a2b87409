"""Same or different: a second digit, the distance between the two, and the verdict of a threshold."""

import numpy as np
import streamlit as st

from core.config import RunConfig
from core.data import DATASETS
from core.drawings import landing
from core.drawings.landing import Landing
from core.drawings.picture_file import PictureRefused
from core.drawings.preprocessing import as_mnist
from core.figures.verification import Verification
from core.runs import Run
from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import Card, Tile
from pages.ui.components.plain_text import plain
from pages.ui.components.svg import show_svg
from pages.ui.draw import waiting
from pages.ui.draw.paper import paper
from pages.ui.draw.source import Digit


def show(run: Run, config: RunConfig, first: Digit | None, place: Landing | None) -> None:
    """The second paper, and the verdict on it and the first digit."""
    noun = DATASETS[config.dataset].noun
    left, right = st.columns([1, 2.1], gap="medium")
    with left:
        st.markdown(f"**A second {noun}**")
        try:
            ink = paper("second_paper")
        except PictureRefused as refusal:
            st.error(plain(str(refusal)), icon=":material/broken_image:")
            return
    image = None if ink is None else as_mnist(ink)
    with right:
        if first is None:
            st.info(f"Draw a {noun} above, and a second one here.", icon=":material/draw:")
        elif place is None:
            st.caption(waiting.COMES_LATER)
        elif image is None:
            st.info(
                f"Draw a second {noun}: is it of the same class as the one above?", icon=":material/draw:"
            )
        else:
            point = landing.encoder_for(run).embed(image[None])[0]
            both = [Card([Tile(one)], across=1, side=84) for one in (first.image, image)]
            show_svg(digit_cards.cards(both, "The two images that are compared."), key="pair")
            distance = float(np.linalg.norm(point.astype(np.float64) - place.point))
            _verdict(distance, run.evaluation().verification)


def _verdict(distance: float, found: Verification) -> None:
    if found.best is None:
        st.metric("Distance", f"{distance:.3f}")
        st.warning(plain(found.reason or ""), icon=":material/info:")
        return
    threshold = found.best
    same = distance <= threshold.distance
    st.markdown(f"### {'The same class' if same else 'Two different classes'}, says the distance")
    with st.container(horizontal=True):
        st.metric("Distance", f"{distance:.3f}", width="content")
        st.metric("Threshold", f"{threshold.distance:.3f}", width="content")
        st.metric("Error rate", f"{1 - threshold.balanced_accuracy:.1%}", width="content")
    st.markdown(
        f"Two images closer than the threshold count as the same class. It is the threshold that best separates pairs "
        f"of this run's test images: it accepts {threshold.false_positive_rate:.1%} of {found.different:,} different "
        f"pairs as the same, and misses {1 - threshold.true_positive_rate:.1%} of {found.same:,} same ones."
    )
    st.caption("Error rate: the mean of the two. Drawings are not test images, so it is higher for them.")
