"""Where a loss leaves points alone, in words: pairs, and all points at one place."""

import streamlit as st

from core.lessons import texts
from core.lessons.at_rest import AWAY, Ends, Pile, ends_of, pile_of
from core.lessons.lesson_plane import Triplet
from core.lessons.loss_curves import ACROSS, by_angle, turn_of
from core.losses import LOSSES, LossEntry

TEXTS = "losses_at_rest"


def at_rest(entry: LossEntry, parameters: dict[str, float], triplet: Triplet) -> None:
    """When the loss is done with a pair, and what it does when all points are at one place."""
    ends, pile = _computed(entry.name, parameters)
    figures = {}
    if ends in ("springs", "rests", "difference"):
        turn = turn_of(entry, parameters, triplet.d_ap, on_circle=by_angle(entry, parameters))
        figures["turn"] = f"{ACROSS if turn is None else turn:.2f}"
    st.markdown(texts.section(TEXTS, ends, **figures))
    force, half_force = f"{pile.force:.3g}", f"{pile.half_force:.3g}"
    st.markdown(texts.section(TEXTS, pile.kind, nudge=f"{AWAY:g}", force=force, half_force=half_force))


@st.cache_data(max_entries=100, show_spinner=False)
def _computed(name: str, parameters: dict[str, float]) -> tuple[Ends, Pile]:
    return ends_of(LOSSES[name], parameters), pile_of(LOSSES[name], parameters)
