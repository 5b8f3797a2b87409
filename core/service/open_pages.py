"""How many pages are open at this server, and how many may be."""

import contextlib
import sys
from collections.abc import Iterator

from core import environment

# Of a page: its connection, and the three of the event loop that Streamlit makes for its script.
FILES_OF_A_PAGE = 4
# For all else: files of runs, requests under way, and the loops of the 128 sessions that Streamlit keeps for a
# while after their page was closed.
OTHER_FILES = 600

_open = 0


@contextlib.contextmanager
def one_more() -> Iterator[None]:
    """Count a page within the context. Only for the thread of the server's event loop."""
    global _open
    _open += 1
    try:
        yield
    finally:
        _open -= 1


def opened() -> int:
    """The pages that are open now; a browser tab is a page."""
    return _open


def most() -> int:
    """The pages that may be open at once: CONTRASTIVE_LAB_PAGES, and as many as the limit on open files allows."""
    files = files_allowed()
    most = environment.most_pages()
    return most if files is None else max(1, min(most, (files - OTHER_FILES) // FILES_OF_A_PAGE))


def raise_limit() -> None:
    """Raise this process's limit on open files as far as the pages need and the system allows: macOS gives a terminal
    256, most Linux systems 1,024."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = OTHER_FILES + FILES_OF_A_PAGE * environment.most_pages()
    if soft != resource.RLIM_INFINITY and soft < needed:
        allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def files_allowed() -> int | None:
    """How many files the system lets this process open; None if it sets no limit."""
    if sys.platform == "win32":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def full() -> str | None:
    """A sentence for the operator if no further page can be opened, with what to do; otherwise None."""
    if opened() < most():
        return None
    sentence = f"All {most():,} pages that may be open at once are open: further visitors are refused."
    if most() < environment.most_pages():
        sentence += (
            f" The system allows {files_allowed():,} open files; with a higher limit there is room for more."
        )
    return sentence
