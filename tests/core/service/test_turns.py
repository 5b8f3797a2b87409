"""Turns for heavy work: who is next, and who is no longer waited for."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.service import turns as module
from core.service.turns import Asker, NotWanted, Turns


def order(askers: Sequence[Asker]) -> list[str]:
    """The people in the order in which they are served, when all wait for the first turn."""
    turns, served = Turns(), []

    def work(asker: Asker) -> None:
        with turns.turn(asker):
            served.append(asker.person)

    with ThreadPoolExecutor(len(askers)) as threads, turns.turn(Asker("the test")):
        for number, asker in enumerate(askers):
            threads.submit(work, asker)
            while turns.waiting <= number:
                pass
    return served


def test_ten_tabs_of_one_person_get_no_more_turns_than_one_tab_of_another() -> None:
    assert order([*[Asker("ada")] * 10, Asker("bob"), Asker("cyd"), Asker("bob")]) == [
        *("ada", "bob", "cyd"),
        *("ada", "bob"),
        *["ada"] * 8,
    ]


def test_who_is_a_new_person_each_time_gets_the_turns_of_one_address() -> None:
    strangers = [Asker(f"stranger {number}", "203.0.113.9") for number in range(5)]
    served = order([*strangers, Asker("ada", "198.51.100.7"), Asker("bob", "198.51.100.7")])
    assert served.index("ada") == 1 and served.index("bob") == 3


def test_who_waits_for_so_many_seconds_gives_up_then() -> None:
    turns = Turns()
    with turns.turn(Asker("ada")):
        assert not turns.take(Asker("bob"), seconds=0.01)
    assert not turns.waiting and turns.take(Asker("bob"), seconds=0.01)


def test_work_that_nobody_waits_for_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK", 0.01)
    turns, there, looked = Turns(), threading.Event(), threading.Event()
    there.set()

    def present() -> bool:
        looked.set()
        return there.is_set()

    with ThreadPoolExecutor(1) as threads, turns.turn(Asker("ada")):
        waiting = threads.submit(turns.take, Asker("bob", present=present))
        assert looked.wait(60) and not waiting.done()
        there.clear()
        with pytest.raises(NotWanted):
            waiting.result(60)
    assert not turns.waiting
    assert turns.take(Asker("eve"), seconds=0)  # the turn is not lost
