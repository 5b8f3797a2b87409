"""Everything that a session remembers, by name, each with its accessor.

Widgets keep their own values under the names of RunConfig's fields; those are not listed here.
"""

import uuid
from typing import cast

import streamlit as st

_VISITOR = "visitor"
_NAMES = "run_names"
_SHOWN = "shown_run"
_WAITING = "waiting_for"
_URL = "url_written"
_LINK_PROBLEMS = "link_problems"
_DROPPED = "dropped_run"
_PROBLEM = "problem"
_PAGE = "page"
_ARRIVED = "arrived_from_another_page"


def visitor() -> str:
    """A name for this session, by which the engine knows who waits for a run."""
    return cast(str, st.session_state.setdefault(_VISITOR, uuid.uuid4().hex))


def run_names() -> dict[str, str]:
    """The session's runs, oldest first: key -> the name it shows under."""
    return cast(dict[str, str], st.session_state.setdefault(_NAMES, {}))


def remember_run(key: str, name: str) -> None:
    """Add a run to the session's list, or leave it where it is, and show it."""
    names = run_names()
    taken = {other for other_key, other in names.items() if other_key != key}
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    names.setdefault(key, unique)
    show_run(key)


def rename_run(key: str, name: str) -> None:
    """Give a run of the session another name; an empty one changes nothing."""
    if name.strip():
        run_names()[key] = name.strip()[:60]


def drop_run(key: str) -> None:
    """Take a run off the session's list; its folder stays. `restore_dropped_run` undoes it."""
    names = run_names()
    st.session_state[_DROPPED] = (key, names.pop(key))
    if shown_run() == key:
        show_run(next(reversed(names), None))


def dropped_run() -> str | None:
    """The name of the run dropped last, while that can be undone."""
    dropped = st.session_state.get(_DROPPED)
    return dropped[1] if dropped else None


def restore_dropped_run() -> None:
    """Put the run dropped last back on the list and show it."""
    key, name = st.session_state.pop(_DROPPED)
    run_names()[key] = name
    show_run(key)


def shown_run() -> str | None:
    """The key of the run on the page; None: the one that the app ships."""
    return cast("str | None", st.session_state.get(_SHOWN))


def show_run(key: str | None) -> None:
    """Put a run on the page."""
    st.session_state[_SHOWN] = key


def waiting_for() -> str | None:
    """The key of the run that this session has asked for and not yet seen the end of."""
    return cast("str | None", st.session_state.get(_WAITING))


def wait_for(key: str | None) -> None:
    """Remember, or forget, the run that this session waits for."""
    st.session_state[_WAITING] = key


def url_written() -> dict[str, str] | None:
    """The query parameters that the page wrote last; None before it wrote any."""
    return cast("dict[str, str] | None", st.session_state.get(_URL))


def remember_url(parameters: dict[str, str]) -> None:
    """Remember what was written, so that a change by hand or by the back button is noticed."""
    st.session_state[_URL] = parameters


def enter_page(path: str) -> None:
    """Remember which page is running, and whether the visitor has just come to it."""
    if st.session_state.get(_PAGE) != path:
        st.session_state[_ARRIVED] = _PAGE in st.session_state
    st.session_state[_PAGE] = path


def take_arrival() -> bool:
    """Whether the visitor has come from another page of the app since this was last asked."""
    return bool(st.session_state.pop(_ARRIVED, False))


def link_problems() -> list[str]:
    """What was wrong with the link that the session came in by, a sentence each."""
    return cast(list[str], st.session_state.setdefault(_LINK_PROBLEMS, []))


def set_link_problems(problems: list[str]) -> None:
    """Replace the sentences of `link_problems`."""
    st.session_state[_LINK_PROBLEMS] = problems


def problem() -> str | None:
    """Why the last press of Train came to nothing, in a sentence."""
    return cast("str | None", st.session_state.get(_PROBLEM))


def set_problem(sentence: str | None) -> None:
    """Replace or forget the sentence of `problem`."""
    st.session_state[_PROBLEM] = sentence
