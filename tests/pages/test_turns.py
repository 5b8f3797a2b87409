"""Pages run one at a time, and neither a blocked one nor heavy work stops the others."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from core.service.turns import NotWanted
from pages.ui import turns
from pages.ui.turns import HEAVY, PAGES, heavy, in_turn


def is_free() -> bool:
    """Whether no page runs in turn."""
    free = PAGES.take(turns.Asker("the test"), seconds=0)
    if free:
        PAGES.release()
    return free


@pytest.mark.parametrize(
    ("pages", "seconds", "longest_wait"),
    [(24, 0.01, 60), (40, 0.05, 1.0)],
    ids=["a short queue", "one that takes longer than the longest wait"],
)
def test_no_two_pages_run_at_once(
    monkeypatch: pytest.MonkeyPatch, pages: int, seconds: float, longest_wait: float
) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT", longest_wait)
    running, most, counted = 0, 0, threading.Lock()
    pause = threading.Event()

    def page(_: int) -> None:
        nonlocal running, most
        with in_turn():
            with counted:
                running += 1
                most = max(most, running)
            pause.wait(seconds)  # lets the other threads run, as reading a file does
            with in_turn():  # a fragment in it
                assert not is_free()
            with counted:
                running -= 1

    with ThreadPoolExecutor(12) as sessions:
        list(sessions.map(page, range(pages)))
    assert most == 1


def test_a_blocked_page_does_not_block_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.2)
    inside, resume, others = threading.Event(), threading.Event(), threading.Event()

    def blocked() -> None:
        with in_turn():
            inside.set()
            resume.wait(60)

    def other() -> None:
        with in_turn():
            others.set()

    with ThreadPoolExecutor(2) as sessions:
        sessions.submit(blocked)
        assert inside.wait(60)
        second = sessions.submit(other)
        assert others.wait(60)
        second.result(60)
        assert not is_free()  # the turn of the blocked one
        resume.set()
    assert is_free()


def test_a_failing_page_releases_its_turn() -> None:
    with pytest.raises(RuntimeError), in_turn():
        raise RuntimeError("a page with a fault")
    with in_turn():
        assert not is_free()
    assert is_free()


def test_pages_run_while_one_does_heavy_work_which_is_done_one_at_a_time() -> None:
    working, resume, done = threading.Event(), threading.Event(), []

    @heavy
    def part() -> str:
        return "done"

    @heavy
    def work() -> None:
        working.set()
        assert resume.wait(60)
        done.append(part())  # in the same turn

    def page() -> None:
        with in_turn():
            heavy(lambda: done.append("another"))()

    def working_page() -> None:
        with in_turn():
            work()

    with ThreadPoolExecutor(2) as sessions:
        first = sessions.submit(working_page)
        assert working.wait(60)
        assert is_free()  # for another page
        second = sessions.submit(page)
        while not HEAVY.waiting:
            pass
        assert not done
        resume.set()
        first.result(60)
        second.result(60)
    assert done == ["done", "another"]
    assert is_free() and not HEAVY.waiting


def test_a_file_is_made_in_the_turn_of_who_asked_and_few_wait_for_one_person() -> None:
    made = []
    make = turns.file(heavy(lambda: made.append("file")))
    asker = turns.Asker("somebody else")
    with ThreadPoolExecutor(turns.MOST_FILES) as clicks:
        with HEAVY.turn(asker):
            waiting = [clicks.submit(make) for _ in range(turns.MOST_FILES)]
            while HEAVY.waiting < turns.MOST_FILES:
                pass
            with pytest.raises(NotWanted):
                make()
            assert not made
        for click in waiting:
            click.result(60)
    assert made == ["file"] * turns.MOST_FILES
    assert not turns._files


@pytest.mark.parametrize("error", [NotWanted("You have asked for several."), OSError("A full disk.")])
def test_a_file_that_is_not_wanted_leaves_no_traceback_in_the_log_and_a_fault_does(
    caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def make() -> bytes:
        raise error

    files = MediaFileManager(MemoryMediaFileStorage("/media"))
    request = BackendOperationRequest()
    request.deferred_file.file_id = files.add_deferred(make, "text/plain", "")
    answer = asyncio.run(DeferredFileHandler(lambda: files).handle(request, ""))
    assert answer.error_msg
    assert ("Traceback" in caplog.text) == isinstance(error, OSError)
