"""The sidebar: one widget for each parameter of RunConfig, made from its declaration."""

from typing import Any

import streamlit as st

from core.config import ABOUT_PRESETS, PARAMETERS, PRESETS, Parameter, RunConfig
from core.losses import LOSSES
from pages.ui.components.plain_text import plain
from pages.ui.controls import settings_url

_PRESET = "preset"
_LABELS = {"fast": "Fast", "tutorial": "Tutorial", "notebook": "Notebook"}


def sidebar() -> RunConfig | None:
    """Render the settings; returns the config, or shows why they are invalid and returns None."""
    with st.sidebar:
        _presets()
        _widgets(advanced=False)
        advanced = st.expander("Advanced", icon=":material/tune:", key="advanced", on_change="rerun")
        if advanced.open:  # most of the page's widgets and cost, and few open it
            with advanced:
                _widgets(advanced=True)
        # below all settings: above them they would move whenever it appears or disappears
        if (preset := st.session_state[_PRESET]) is not None:
            st.caption(f"**{_LABELS[preset]}.** {ABOUT_PRESETS[preset]}")
        try:
            return settings_url.current()
        except ValueError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return None


def _widgets(*, advanced: bool) -> None:
    for name, parameter in PARAMETERS.items():
        if parameter.advanced == advanced and _is_relevant(name):
            _widget(name, parameter)
            if name == "loss":
                _formula()


def _formula() -> None:
    """The chosen loss as the textbook writes it, and what it does on hover."""
    if entry := LOSSES.get(st.session_state["loss"]):
        st.caption(f"${entry.formula}$", help=f"{entry.summary}\n\n{entry.paper}")


def _presets() -> None:
    st.session_state[_PRESET] = _matching_preset()
    st.segmented_control(
        "Preset",
        list(PRESETS),
        format_func=lambda name: _LABELS[name],
        key=_PRESET,
        on_change=_use_preset,
        help="A recipe: sets every slider at once. Then change any of them.",
        width="stretch",
    )


def _matching_preset() -> str | None:
    try:
        config = settings_url.current()
    except ValueError:
        return None
    return next((name for name, preset in PRESETS.items() if preset == config), None)


def _use_preset() -> None:
    chosen = st.session_state[_PRESET]
    if chosen is not None:
        settings_url.put(PRESETS[chosen])


def _is_relevant(name: str) -> bool:
    """Hides choices with one option, parameters of other losses, and those tied to another choice."""
    parameter = PARAMETERS[name]
    if parameter.only_with is not None:
        other, value = parameter.only_with
        return bool(st.session_state.get(other) == value)
    if parameter.kind == "choice" and len(parameter.options) == 1:
        return False
    if any(name in entry.parameters for entry in LOSSES.values()):
        entry = LOSSES.get(st.session_state.get("loss", ""), None)
        return entry is not None and name in entry.parameters
    return True


def _widget(name: str, parameter: Parameter) -> None:
    default = RunConfig.__dataclass_fields__[name].default
    st.session_state.setdefault(name, settings_url.widget_value(name, default))
    common: dict[str, Any] = {
        "label": parameter.label,
        "key": name,
        "help": parameter.help,
        "persist_state": "session",
    }
    if parameter.typed:  # as text: a number field of the browser's own turns 0,01 into 1, or into 0.00001
        st.text_input(max_chars=20, on_change=settings_url.tidy, args=(name,), **common)
        return
    match parameter.kind:
        case "choice":
            st.selectbox(options=list(parameter.options), format_func=parameter.options.__getitem__, **common)
        case "integer":
            st.slider(min_value=int(parameter.low), max_value=int(parameter.high), **common)
        case "number":
            st.slider(
                min_value=parameter.low,
                max_value=parameter.high,
                step=parameter.step,
                format="%.0f" if parameter.step >= 1 else "%.2f",
                **common,
            )
