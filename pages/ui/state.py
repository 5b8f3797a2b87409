"""Everything that a session remembers, by name, each with its accessor.

Widgets keep their own values under the names of RunConfig's fields; those are not listed here.
"""

import uuid
import weakref
from dataclasses import dataclass
from typing import cast

import streamlit as st

from core.lessons.predictions import Outcome
from core.service.shared_engine import forget

EXAMPLE_NAME = "Example run (shipped)"  # what the run that comes with the app is called

_PAGE = "page_path"
_VISITOR = "visitor"
_NAMES = "run_names"
_SHOWN = "shown_run"
_CHANGES = "changes_of_list"
_WAITING = "waiting_for"
_URL = "url_written"
_LINK_PROBLEMS = "link_problems"
_DROPPED = "dropped_run"
_PROBLEM = "problem"
_PART = "part_of_link"
_BOOKMARK = "bookmark_of_link"
_GUESSES = "guesses"


@dataclass(frozen=True)
class Guess:
    """What somebody said a training would do, before they saw it, and why they thought so."""

    said: Outcome
    because: str


class _Stay:
    """Lives as long as the session does; the engine hears of its end."""

    def __init__(self, visitor: str) -> None:
        self.visitor = visitor
        weakref.finalize(self, forget, visitor).atexit = False


def visitor() -> str:
    """A name for this session, by which the engine knows who waits for a run."""
    if _VISITOR not in st.session_state:
        st.session_state[_VISITOR] = _Stay(uuid.uuid4().hex)
    return cast(_Stay, st.session_state[_VISITOR]).visitor


def page_path() -> str:
    """The page on screen, as it stands at the end of the address; "" for the first one."""
    return cast(str, st.session_state.get(_PAGE, ""))


def set_page_path(path: str) -> None:
    """Remember which page is on screen; what could not be trained on the last one is forgotten."""
    if path != page_path():
        set_problem(None)
    st.session_state[_PAGE] = path


def run_names() -> dict[str, str]:
    """The session's runs, oldest first: key -> the name it shows under."""
    return cast(dict[str, str], st.session_state.setdefault(_NAMES, {}))


def remember_run(key: str, name: str) -> None:
    """Add a run to the session's list, or leave it where it is, and show it."""
    run_names().setdefault(key, _unique(key, name))
    show_run(key)


def rename_run(key: str, name: str) -> None:
    """Give a run of the session another name; an empty one changes nothing."""
    if name.strip():
        run_names()[key] = _unique(key, name.strip()[:60])
        _list_changed()


def drop_run(key: str) -> None:
    """Take a run off the session's list; its folder stays. `restore_dropped_run` undoes it."""
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
    """`name`, with a number behind it where another run of the session has it: a list of runs can
    tell them apart by nothing else."""
    taken = {other for other_key, other in run_names().items() if other_key != key} | {EXAMPLE_NAME}
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    return unique


def shown_run() -> str | None:
    """The key of the run on the page; None: the one that the app ships."""
    return cast("str | None", st.session_state.get(_SHOWN))


def show_run(key: str | None) -> None:
    """Put a run on the page."""
    st.session_state[_SHOWN] = key
    _list_changed()


def changes_of_list() -> int:
    """How often the list of runs has changed: which runs, their names, or which one is on the page."""
    return cast(int, st.session_state.get(_CHANGES, 0))


def _list_changed() -> None:
    st.session_state[_CHANGES] = changes_of_list() + 1


def waiting_for() -> str | None:
    """The key of the run that this session has asked for and whose end it has not shown yet."""
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


def link_problems() -> list[str]:
    """What was wrong with the link that the session came in by, a sentence each."""
    return cast(list[str], st.session_state.setdefault(_LINK_PROBLEMS, []))


def set_link_problems(problems: list[str]) -> None:
    """Replace the sentences of `link_problems`."""
    st.session_state[_LINK_PROBLEMS] = problems


def problem() -> str | None:
    """Why the run that was asked for last could not be queued, in a sentence."""
    return cast("str | None", st.session_state.get(_PROBLEM))


def set_problem(sentence: str | None) -> None:
    """Replace or forget the sentence of `problem`."""
    st.session_state[_PROBLEM] = sentence


def take_part() -> str | None:
    """Which part of the page the link asked for, once; None where it asked for none."""
    return cast("str | None", st.session_state.pop(_PART, None))


def set_part(part: str | None) -> None:
    """Remember which part of the page a link asks for."""
    st.session_state[_PART] = part


def bookmark_of(key: str) -> str:
    """How the link that the session came in by shows the picture of run `key`; "" where it says nothing of it."""
    run, bookmark = cast("tuple[str | None, str]", st.session_state.get(_BOOKMARK, (None, "")))
    return bookmark if run == key else ""


def set_bookmark(key: str | None, bookmark: str) -> None:
    """Remember how a link shows the picture of run `key`."""
    st.session_state[_BOOKMARK] = (key, bookmark)


def guesses() -> dict[str, Guess]:
    """What was guessed, by the name of the question."""
    return cast(dict[str, Guess], st.session_state.setdefault(_GUESSES, {}))


def forget_guess(question: str) -> None:
    """Have the question asked again."""
    guesses().pop(question, None)
