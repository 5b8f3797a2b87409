"""All session state, each key with its accessor.

Widgets keep their values under the names of RunConfig's fields; those are not listed here.
"""

import uuid
import weakref
from dataclasses import dataclass
from typing import cast

import streamlit as st

from core.lessons.predictions import Outcome
from core.service.shared_engine import forget

EXAMPLE_NAME = "Example run (shipped)"  # the name of the shipped run

_PAGE = "page_path"
_VISITOR = "visitor"
_NAMES = "run_names"
_SHOWN = "shown_run"
_CHANGES = "changes_of_list"
_WAITING = "waiting_for"
_URL = "url_written"
_LINK_PROBLEMS = "link_problems"
_URL_PROBLEMS = "url_problems"
_DROPPED = "dropped_run"
_PROBLEM = "problem"
_TAB = "tab_of_link"
_BOOKMARK = "bookmark_of_link"
_GUESSES = "guesses"


@dataclass(frozen=True)
class Guess:
    """A visitor's prediction of what a training will do, and their reason."""

    said: Outcome
    because: str


class _Session:
    """Lives as long as the session; tells the engine when it ends."""

    def __init__(self, visitor: str) -> None:
        self.visitor = visitor
        weakref.finalize(self, forget, visitor).atexit = False


def visitor() -> str:
    """This session's id, by which the engine knows who waits for a run."""
    if _VISITOR not in st.session_state:
        st.session_state[_VISITOR] = _Session(uuid.uuid4().hex)
    return cast(_Session, st.session_state[_VISITOR]).visitor


def page_path() -> str:
    """The URL path of the page on screen; "" for the first one."""
    return cast(str, st.session_state.get(_PAGE, ""))


def set_page_path(path: str) -> None:
    """Remember which page is on screen; a new page clears the last one's problem."""
    if path != page_path():
        set_problem(None)
    st.session_state[_PAGE] = path


def run_names() -> dict[str, str]:
    """The session's runs, oldest first: key -> name."""
    return cast(dict[str, str], st.session_state.setdefault(_NAMES, {}))


def remember_run(key: str, name: str) -> None:
    """Add a run to the session's list unless it is there, and show it."""
    run_names().setdefault(key, _unique(key, name))
    show_run(key)


def rename_run(key: str, name: str) -> None:
    """Rename a run of the session; ignores an empty name."""
    if name.strip():
        run_names()[key] = _unique(key, name.strip()[:60])
        _list_changed()


def drop_run(key: str) -> None:
    """Remove a run from the session's list; its folder stays. `restore_dropped_run` undoes it."""
    names = run_names()
    st.session_state[_DROPPED] = (key, names.pop(key))
    _list_changed()
    if shown_run() == key:
        show_run(next(reversed(names), None))


def dropped_run() -> str | None:
    """The name of the run dropped last, while that can be undone."""
    dropped = st.session_state.get(_DROPPED)
    return dropped[1] if dropped else None


def restore_dropped_run() -> None:
    """Put the run dropped last back on the list and show it."""
    key, name = st.session_state.pop(_DROPPED)
    run_names()[key] = _unique(key, name)
    show_run(key)


def _unique(key: str, name: str) -> str:
    """`name`, with a number appended if another run of the session has it: the list shows only names."""
    taken = {other for other_key, other in run_names().items() if other_key != key} | {EXAMPLE_NAME}
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    return unique


def shown_run() -> str | None:
    """The key of the run on the page; None: the shipped one."""
    return cast("str | None", st.session_state.get(_SHOWN))


def show_run(key: str | None) -> None:
    """Put a run on the page."""
    st.session_state[_SHOWN] = key
    _list_changed()


def changes_of_list() -> int:
    """How often the list of runs has changed: its runs, their names, or the run on the page."""
    return cast(int, st.session_state.get(_CHANGES, 0))


def _list_changed() -> None:
    st.session_state[_CHANGES] = changes_of_list() + 1


def waiting_for() -> str | None:
    """The key of the run that this session has requested and whose end it has not shown yet."""
    return cast("str | None", st.session_state.get(_WAITING))


def wait_for(key: str | None) -> None:
    """Remember, or forget, the run that this session waits for."""
    st.session_state[_WAITING] = key


def url_written() -> dict[str, str] | None:
    """The query parameters that the page wrote last; None before it wrote any."""
    return cast("dict[str, str] | None", st.session_state.get(_URL))


def remember_url(parameters: dict[str, str]) -> None:
    """Remember what was written, to detect changes by hand or by the back button."""
    st.session_state[_URL] = parameters


def link_problems() -> list[str]:
    """The problems of the link that opened the session, a sentence each."""
    return cast(list[str], st.session_state.setdefault(_LINK_PROBLEMS, []))


def set_link_problems(problems: list[str]) -> None:
    """Replace the sentences of `link_problems`."""
    st.session_state[_LINK_PROBLEMS] = problems


def taken_url_problems() -> list[str]:
    """Sentences on what was dropped from the URL before this run of the script; they are said once."""
    return cast(list[str], st.session_state.pop(_URL_PROBLEMS, []))


def set_url_problems(problems: list[str]) -> None:
    """Replace the sentences of `taken_url_problems`."""
    st.session_state[_URL_PROBLEMS] = problems


def problem() -> str | None:
    """Why the last requested run could not be queued, in a sentence."""
    return cast("str | None", st.session_state.get(_PROBLEM))


def set_problem(sentence: str | None) -> None:
    """Replace or forget the sentence of `problem`."""
    st.session_state[_PROBLEM] = sentence


def take_tab() -> str | None:
    """The tab that the link names, once; None if it names none."""
    return cast("str | None", st.session_state.pop(_TAB, None))


def set_tab(tab: str | None) -> None:
    """Remember the tab that a link names."""
    st.session_state[_TAB] = tab


def bookmark_of(key: str) -> str:
    """The bookmark of run `key` in the link that opened the session; "" if it has none."""
    run, bookmark = cast("tuple[str | None, str]", st.session_state.get(_BOOKMARK, (None, "")))
    return bookmark if run == key else ""


def set_bookmark(key: str | None, bookmark: str) -> None:
    """Remember a link's bookmark of run `key`."""
    st.session_state[_BOOKMARK] = (key, bookmark)


def guesses() -> dict[str, Guess]:
    """The visitor's guesses by the name of the question."""
    return cast(dict[str, Guess], st.session_state.setdefault(_GUESSES, {}))


def forget_guess(question: str) -> None:
    """Forget a guess, so that the question is asked again."""
    guesses().pop(question, None)
