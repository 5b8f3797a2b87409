"""All session state, each key with its accessor.

Widgets keep their values under the names of RunConfig's fields; those are not listed here.
"""

import ipaddress
import re
import uuid
import weakref
from dataclasses import dataclass, replace
from typing import cast

import streamlit as st

from core.config import RunConfig
from core.lessons.predictions import Outcome
from core.service.shared_engine import arrive, forget

COOKIE = "contrastive_lab_browser"  # set by pages/ui/serving/browser_cookie.py
COOKIE_FORM = re.compile("[0-9a-f]{32}")
EXAMPLE_NAME = "Example run (shipped)"  # the name of the shipped run
MOST_RUNS = 30  # in the list: the oldest go first
MOST_LETTERS = 60  # of a run's name

_PAGE = "page_path"
_UNKNOWN = "unknown_address"
_VISITOR = "visitor"
_RUNS = "runs"
_RECALLED = "runs_recalled"
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
_LARGE = "large_text"


@dataclass(frozen=True)
class Listed:
    """A run in the visitor's list. name: their own; "" if it is called by its settings."""

    config: RunConfig
    name: str = ""


@dataclass(frozen=True)
class Guess:
    """A visitor's prediction of what a training will do, and their reason."""

    said: Outcome
    because: str


class _Session:
    """Lives as long as the session; tells the engine when it begins and ends."""

    def __init__(self) -> None:
        self.visitor = uuid.uuid4().hex
        browser = str(st.context.cookies.get(COOKIE))
        self.person = browser if COOKIE_FORM.fullmatch(browser) else self.visitor
        arrive(self.visitor, self.person)
        weakref.finalize(self, forget, self.visitor).atexit = False


def _session() -> _Session:
    if _VISITOR not in st.session_state:
        st.session_state[_VISITOR] = _Session()
    return cast(_Session, st.session_state[_VISITOR])


def visitor() -> str:
    """This session's id, by which the engine knows which run is on whose page."""
    return _session().visitor


def person() -> str:
    """Who the visitor is to the engine: their browser with all its tabs, known by its cookie; without one, this
    session."""
    return _session().person


def address() -> str:
    """The visitor's internet address; "" where it says nothing, as within a local network or behind a proxy in it."""
    try:
        found = ipaddress.ip_address(st.context.ip_address or "")
    except ValueError:
        return ""
    return str(found) if found.is_global else ""


def page_path() -> str:
    """The URL path of the page on screen; "" for the first one."""
    return cast(str, st.session_state.get(_PAGE, ""))


def set_page_path(path: str) -> None:
    """Remember which page is on screen; a new page clears the last one's problem."""
    if path != page_path():
        set_problem(None)
    st.session_state[_PAGE] = path


def unknown_address() -> str | None:
    """The address that opened the session if no page has it."""
    return cast("str | None", st.session_state.get(_UNKNOWN))


def set_unknown_address(address: str) -> None:
    """Remember an address that no page has."""
    st.session_state[_UNKNOWN] = address


def runs() -> dict[str, Listed]:
    """The visitor's runs by key, oldest first."""
    return cast(dict[str, Listed], st.session_state.setdefault(_RUNS, {}))


def remember_run(config: RunConfig) -> None:
    """Add a run to the list unless it is there, and show it."""
    runs().setdefault(config.key, Listed(config))
    for key in list(runs())[:-MOST_RUNS]:
        del runs()[key]
    show_run(config.key)


def has_recalled_runs() -> bool:
    """Whether `recall_runs` was called, or a run was dropped, which it would bring back."""
    return bool(st.session_state.get(_RECALLED))


def recall_runs(found: list[Listed]) -> None:
    """Put the runs that the browser has kept, oldest first, before those of this session."""
    st.session_state[_RECALLED] = True
    own = dict(runs())
    runs().clear()
    runs().update({run.config.key: run for run in found} | own)
    for key in list(runs())[:-MOST_RUNS]:
        del runs()[key]
    _list_changed()


def rename_run(key: str, name: str) -> None:
    """Rename a run; an empty name gives it back the one by its settings."""
    runs()[key] = replace(runs()[key], name=name.strip()[:MOST_LETTERS])
    _list_changed()


def drop_run(key: str) -> None:
    """Remove a run from the list; its folder stays. `restore_dropped_run` undoes it."""
    if key not in runs():  # the second press of a double click
        return
    st.session_state[_DROPPED] = runs().pop(key)
    st.session_state[_RECALLED] = True
    _list_changed()
    if shown_run() == key:
        show_run(next(reversed(runs()), None))


def dropped_run() -> Listed | None:
    """The run dropped last, while that can be undone."""
    return cast("Listed | None", st.session_state.get(_DROPPED))


def restore_dropped_run() -> None:
    """Put the run dropped last back on the list and show it."""
    if (run := dropped_run()) is not None:
        st.session_state[_DROPPED] = None
        runs()[run.config.key] = run
        show_run(run.config.key)


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


def knows_text_size() -> bool:
    """Whether the session has chosen between usual and large text."""
    return _LARGE in st.session_state


def large_text() -> bool:
    """Whether the visitor wants large text."""
    return bool(st.session_state.get(_LARGE))


def set_large_text(large: bool) -> None:
    """Choose large or usual text."""
    st.session_state[_LARGE] = large


LARGE = 1.6  # times the usual text size, as in assets/frame/large.css


def sized(pixels: float) -> float:
    """A length that grows with the text. pixels: in the usual size."""
    return pixels * LARGE if large_text() else pixels
