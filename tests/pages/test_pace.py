"""Adaptive polling of a run under way, by a page and by its canvas."""

from types import SimpleNamespace

import pytest

from pages.ui.runs import pace

LONGEST = 2500  # milliseconds: forty pages should show the end within three seconds


@pytest.mark.parametrize("waiting", [0, 1, 4, 10, 40, 400])
def test_the_canvas_polls_often_enough_and_with_jitter(monkeypatch: pytest.MonkeyPatch, waiting: int) -> None:
    monkeypatch.setattr(pace, "shared_engine", lambda: SimpleNamespace(awaiting=lambda: waiting))
    intervals = [pace.of_canvas()["wait"] for _ in range(200)]
    assert min(intervals) >= 200 and max(intervals) <= LONGEST
    assert max(intervals) - min(intervals) > 0.4 * min(intervals)


def test_more_waiting_sessions_poll_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    def mean(waiting: int) -> float:
        monkeypatch.setattr(pace, "shared_engine", lambda: SimpleNamespace(awaiting=lambda: waiting))
        return sum(pace.of_canvas()["wait"] for _ in range(300)) / 300

    assert mean(40) > 2 * mean(4)


def test_a_canvas_without_news_checks_in_before_its_session_counts_as_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert pace.of_canvas()["silence"] == 10_000
    monkeypatch.setenv("CONTRASTIVE_LAB_GRACE", "6")
    assert pace.of_canvas()["silence"] == 2000
