"""Turns of people for the server's processor: pages and fragments one at a time, and heavy work one at a time.

Python runs one thread at a time: forty concurrent pages each take as long as all of them together; run one after the
other they take half as long on average, and finish at the same time. And ten tabs of one person get no more turns than
one tab of another.
"""

import functools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.service.turns import Asker, NotWanted, Turns
from pages.ui import state

P = ParamSpec("P")
T = TypeVar("T")

# A page that blocks, on a slow disk or a long computation, delays the others by at most this.
LONGEST_WAIT = 2.0
MOST_FILES = 4  # that are made for one person at once, or wait to be

PAGES, HEAVY = Turns(), Turns()
# inside: a page runs in this thread; page: with a turn of PAGES; heavy: with one of HEAVY; asker: whose file it makes
_thread = threading.local()
_files: Counter[str] = Counter()  # person -> files under way
_one_at_a_time = threading.Lock()


def _is_news(record: logging.LogRecord) -> bool:
    """A filter of Streamlit's log: who asks for a thousand files must not write a thousand tracebacks."""
    error = record.exc_info[1] if record.exc_info else None
    return not (error and isinstance(error.__cause__, NotWanted))


logging.getLogger("streamlit.runtime.backend_operation_handler").addFilter(_is_news)


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait until no other page is running, or none has finished for `LONGEST_WAIT` seconds."""
    if getattr(_thread, "inside", False):  # a fragment, on a run of the whole page
        yield
        return
    asker = _asker()
    before, _thread.page = -1, False
    while not _thread.page and before != PAGES.count:
        before = PAGES.count
        _thread.page = _take(PAGES, asker, seconds=LONGEST_WAIT)
    _thread.inside = True
    try:
        yield
    finally:
        _thread.inside = False
        _leave_page()


def fragment(function: Callable[P, None], *, run_every: float | None = None) -> Callable[P, None]:
    """`st.fragment`, whose own reruns wait for their turn like pages."""

    @functools.wraps(function)
    def turned(*args: P.args, **kwargs: P.kwargs) -> None:
        with in_turn():
            function(*args, **kwargs)

    turned_fragment: Callable[P, None] = st.fragment(turned, run_every=run_every)
    return turned_fragment


def heavy(function: Callable[P, T]) -> Callable[P, T]:
    """Decorator for what takes a tenth of a second or more: one at a time, people in turn, while other pages run.

    Below a cache, so that only what is really computed waits.
    """

    @functools.wraps(function)
    def turned(*args: P.args, **kwargs: P.kwargs) -> T:
        if getattr(_thread, "heavy", False):  # as a part of other heavy work
            return function(*args, **kwargs)
        _leave_page()  # for good: a page that waits for another's result must not wait for this one's turn
        if asker := getattr(_thread, "asker", None):
            HEAVY.take(asker)
        else:
            _take(HEAVY, _asker())
        _thread.heavy = True
        try:
            return function(*args, **kwargs)
        finally:
            _thread.heavy = False
            HEAVY.release()

    return turned


def file(make: Callable[[], T]) -> Callable[[], T]:
    """`make`, which makes a file on click, outside of any page, for the visitor of this page: what is `heavy` in it
    takes their turns. Raises NotWanted if they have left meanwhile, or wait for `MOST_FILES` already: also those that
    wait for another's making the same file hold one of the server's threads."""
    asker = _asker()

    def turned() -> T:
        with _one_at_a_time:
            if _files[asker.person] >= MOST_FILES:
                raise NotWanted("You have asked for several files at once. Wait for those first.")
            _files[asker.person] += 1
        _thread.asker = asker
        try:
            return make()
        finally:
            _thread.asker = None
            with _one_at_a_time:
                _files[asker.person] -= 1
                if not _files[asker.person]:
                    del _files[asker.person]

    return turned


def _asker() -> Asker:
    """The visitor of the page that runs in this thread."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return Asker("nobody")
    session = context.session_id
    return Asker(state.person(), state.address(), lambda: runtime.get_instance().is_active_session(session))


def _take(turns: Turns, asker: Asker, **bounds: Any) -> bool:
    try:
        return turns.take(asker, **bounds)
    except NotWanted:
        st.stop()


def _leave_page() -> None:
    if getattr(_thread, "page", False):
        _thread.page = False
        PAGES.release()
