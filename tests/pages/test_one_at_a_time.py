"""Pages run one at a time, and a blocked one does not stop the others."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pages.ui.serving import one_at_a_time
from pages.ui.serving.one_at_a_time import in_turn


@pytest.mark.parametrize(
    ("pages", "seconds", "longest_wait"),
    [(24, 0.01, 60), (12, 0.1, 0.3)],
    ids=["a short queue", "one that takes longer than the longest wait"],
)
def test_no_two_pages_run_at_once(
    monkeypatch: pytest.MonkeyPatch, pages: int, seconds: float, longest_wait: float
) -> None:
    monkeypatch.setattr(one_at_a_time, "LONGEST_WAIT", longest_wait)
    running, most, counted = 0, 0, threading.Lock()
    pause = threading.Event()

    def page(_: int) -> None:
        nonlocal running, most
        with in_turn():
            with counted:
                running += 1
                most = max(most, running)
            pause.wait(seconds)  # lets the other threads run, as reading a file does
            with counted:
                running -= 1

    with ThreadPoolExecutor(12) as sessions:
        list(sessions.map(page, range(pages)))
    assert most == 1


def test_a_blocked_page_does_not_block_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_at_a_time, "LONGEST_WAIT", 0.2)
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
        resume.set()
    with ThreadPoolExecutor(1) as sessions:  # the turn has been released once, not twice
        assert sessions.submit(lambda: one_at_a_time._running.acquire(timeout=0)).result(60)
        assert not sessions.submit(lambda: one_at_a_time._running.acquire(timeout=0)).result(60)
        one_at_a_time._running.release()


def test_a_failing_page_releases_its_turn() -> None:
    with pytest.raises(RuntimeError), in_turn():
        raise RuntimeError("a page with a fault")
    with in_turn():
        assert not one_at_a_time._running.acquire(timeout=0)
    assert one_at_a_time._running.acquire(timeout=0)
    one_at_a_time._running.release()
