"""The diagnosis of an unhealthy run on the Train page, and a button that sets the sliders to a cure."""

import streamlit as st

from core.lessons.cures import Cure
from core.lessons.run_diagnosis import diagnosis_of
from core.runs import Run, Status
from pages.ui.controls import settings_url


def diagnosis_line(run: Run, status: Status) -> None:
    """Shows nothing for a healthy, stopped or queued run. Raises RunDamaged."""
    if status.state not in ("training", "measuring", "done", "failed"):
        return
    found = diagnosis_of(run)
    if found is None or not found.unhealthy or found.cure is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="diagnosis"):
        st.warning(f"**{found.sentence}** {found.cure.why}", icon=":material/stethoscope:", width="stretch")
        pressed = st.button(
            found.cure.label.replace("Cure:", "Set the sliders to the cure:"),
            icon=":material/healing:",
            on_click=_set_sliders,
            args=(found.cure,),
            key="use_cure",
        )
    if pressed:
        st.rerun()  # the sliders are outside this fragment


def _set_sliders(cure: Cure) -> None:
    settings_url.put(cure.config)
