"""The settings in the URL: every non-default setting, by its RunConfig name.

Streamlit's own binding would write an option's label instead of its name, drop a bad value silently,
and lose the settings on links from other pages. So the page reads and writes the query itself, in the
text form that RunConfig declares.
"""

import math
import re
import reprlib
from collections.abc import Mapping
from contextlib import suppress

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.config import PARAMETERS, RunConfig, parse_field
from core.pictures import bookmark
from pages.ui import state
from pages.ui.components.plain_text import plain

# Existing links use these two parameter names.
TAB = "part"  # the page's open tab
BOOKMARK = "seen"  # what the link keeps of the canvas: core/pictures/bookmark.py
TEXT = "text"  # large text: pages/ui/controls/text_size.py
DIGIT_FROM, TEST_IMAGE = "digit_from", "test_image"  # of Draw: which tab the digit is from, which image
# What a URL may name besides settings: the keys of widgets that choose what is shown, some followed by the
# number of classes or dimensions to choose from.
_WHAT_IS_SHOWN = re.compile(
    f"{TAB}|{BOOKMARK}|{TEXT}|images|directions|(classes|per_class|kmeans_k)_[0-9]+|kmeans_start|kmeans_seed|cells|order|disagreement|"
    f"{DIGIT_FROM}|{TEST_IMAGE}"
)


def read() -> bool:
    """Read the settings from the URL: on the first run, and after back or forward in the browser.

    Otherwise the page writes the URL, and the query that the browser sends may lag behind the sliders.
    Returns whether the settings were read.
    """
    present = dict(st.query_params)
    if state.url_written() is not None and not _gone_back_or_forward():
        return False
    problems = []
    for name, parameter in PARAMETERS.items():
        st.session_state[name] = widget_value(name, _default(name))
        if name in present:
            try:
                st.session_state[name] = widget_value(name, parse_field(name, present[name]))
            except ValueError as error:
                shown = parameter.text(_default(name))
                problems.append(f"{error} The link's value is ignored; {shown} is used instead.")
    problems += [
        f"The link names {reprlib.repr(name)}, which is not a setting of this app; it is ignored."
        for name in present
        if name not in PARAMETERS and not _WHAT_IS_SHOWN.fullmatch(name)
    ]
    try:
        state.set_bookmark(_key_of_settings(), bookmark.checked(present.get(BOOKMARK, "")))
    except ValueError as error:
        state.set_bookmark(None, "")
        problems.append(str(error))
    state.set_link_problems(problems)
    state.set_tab(present.get(TAB))
    state.remember_url(present)  # also if the settings are invalid and `write` is not called
    return True


def drop_unusable() -> None:
    """Take from the URL what Streamlit's own fields fail on: numbers beyond all bounds, and an empty text where one
    of several must be chosen. Then the script runs again without it, and says so."""
    wrong = {name: st.query_params[name] for name in st.query_params if name not in PARAMETERS}
    wrong = {name: text for name, text in wrong.items() if _is_unusable(name, text)}
    for problem in state.taken_url_problems():
        st.warning(plain(problem), icon=":material/link_off:")
    if wrong:
        state.set_url_problems(
            [
                f"The link's {name}, {reprlib.repr(text)}, is no value for it; it is ignored."
                for name, text in wrong.items()
            ]
        )
        for name in wrong:
            del st.query_params[name]
        st.rerun()


def _is_unusable(name: str, text: str) -> bool:
    if not text:
        return not name.startswith("classes_")  # of which none may be chosen
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def _key_of_settings() -> str | None:
    try:
        return current().key
    except ValueError:  # invalid settings, reported elsewhere
        return None


def _gone_back_or_forward() -> bool:
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write(config: RunConfig) -> None:
    """Put every non-default setting into the URL."""
    size = {name: st.query_params[name] for name in (TEXT,) if name in st.query_params}
    parameters = link_parameters(config) | size
    if dict(st.query_params) != parameters:
        st.query_params.from_dict(parameters)
    state.remember_url(parameters)


def link_parameters(config: RunConfig) -> dict[str, str]:
    """The query of a link to `config`."""
    values = {name: getattr(config, name) for name in PARAMETERS}
    return {name: PARAMETERS[name].text(value) for name, value in values.items() if value != _default(name)}


def widget_value(name: str, value: object) -> object:
    """A setting as its widget holds it: what is typed as text, everything else unchanged."""
    return PARAMETERS[name].text(value) if PARAMETERS[name].typed else value


def tidy(name: str) -> None:
    """Write a typed setting as the link does, so that it shows how it was read. A callback of its widget."""
    with suppress(ValueError):  # the page says why
        st.session_state[name] = widget_value(name, parse_field(name, st.session_state[name]))


def put(config: RunConfig) -> None:
    """Set every widget to `config`. Only from a callback, before the widgets are rendered."""
    for name in PARAMETERS:
        st.session_state[name] = widget_value(name, getattr(config, name))


def current() -> RunConfig:
    """The current settings. Raises ValueError with a sentence if they are invalid."""
    values: Mapping[str, object] = {name: st.session_state.get(name, _default(name)) for name in PARAMETERS}
    parsed = {
        name: parse_field(name, value) if PARAMETERS[name].typed and isinstance(value, str) else value
        for name, value in values.items()
    }
    return RunConfig.from_dict(parsed)


def _default(name: str) -> object:
    return RunConfig.__dataclass_fields__[name].default
