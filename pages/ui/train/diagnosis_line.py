"""The diagnosis of a run on the Train page, and buttons that set the sliders to its cures."""

import streamlit as st

from core.lessons.cures import Cure
from core.lessons.diagnosis import Diagnosis
from core.lessons.run_diagnosis import diagnosis_of
from core.runs import Run, Status
from pages.ui.controls import settings_url


def diagnosis_line(run: Run, status: Status) -> None:
    """Shows nothing for a healthy, stopped or queued run. Raises RunDamaged."""
    if status.state not in ("training", "measuring", "done", "failed"):
        return
    found = diagnosis_of(run)
    if found is None or not found.cures:
        return
    with st.container(key="diagnosis"):
        show = st.warning if found.unhealthy else st.info
        show(
            _in_words(found), icon=":material/stethoscope:" if found.unhealthy else ":material/trending_down:"
        )
        with st.container(horizontal=True):
            pressed = [
                st.button(
                    cure.label.replace("Cure:", "Set the sliders:"),
                    icon=":material/healing:",
                    on_click=_set_sliders,
                    args=(cure,),
                    key=f"use_{cure.name}",
                )
                for cure in found.cures
            ]
    if any(pressed):
        st.rerun()  # the sliders are outside this fragment


def _in_words(found: Diagnosis) -> str:
    if len(found.cures) == 1:
        return f"**{found.sentence}** {found.cures[0].why}"
    several = [f"- **{cure.label.removeprefix('Cure: ').capitalize()}.** {cure.why}" for cure in found.cures]
    return "\n".join([f"**{found.sentence}** Each of these can help:", *several])


def _set_sliders(cure: Cure) -> None:
    settings_url.put(cure.config)
