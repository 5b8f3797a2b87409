"""How often a page and its canvas look at a run that is under way."""

from types import SimpleNamespace

import pytest

from pages.ui.runs import pace

END_SEEN_WITHIN = 2500  # milliseconds: forty pages are to show the end within three seconds


@pytest.mark.parametrize("waiting", [0, 1, 4, 10, 40, 400])
def test_the_canvas_looks_often_enough_and_no_two_sessions_at_the_same_moments(
    monkeypatch: pytest.MonkeyPatch, waiting: int
) -> None:
    monkeypatch.setattr(pace, "shared_engine", lambda: SimpleNamespace(awaiting=lambda: waiting))
    looks = [pace.of_canvas()["wait"] for _ in range(200)]
    assert min(looks) >= 200 and max(looks) <= END_SEEN_WITHIN
    assert max(looks) - min(looks) > 0.4 * min(looks)


def test_the_more_wait_the_more_seldom_each_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    def mean(waiting: int) -> float:
        monkeypatch.setattr(pace, "shared_engine", lambda: SimpleNamespace(awaiting=lambda: waiting))
        return sum(pace.of_canvas()["wait"] for _ in range(300)) / 300

    assert mean(40) > 2 * mean(4)
