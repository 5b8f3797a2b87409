"""Whose turn it is: by small stories, and by any story at all against what fairness means."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import RunConfig
from core.runs import Run
from core.service.fair_queue import FairQueue, Job, NotNow
from tests.core.conftest import Time


@pytest.fixture
def queue(time: Time) -> FairQueue:
    return FairQueue(most_waiting=5, gone_after=90, now=time)


def ask(queue: FairQueue, name: str, *watchers: str, epochs: int = 1) -> Job:
    """A run called `name` that `watchers` wait for; the first of them owns it."""
    queue.check_room_for(watchers[0])
    job = Job(Run(Path(name)), RunConfig(epochs=epochs), owner=watchers[0])
    for watcher in watchers:
        queue.hear_of(job, watcher)
    queue.add(job)
    return job


def start(queue: FairQueue) -> str | None:
    job = queue.start()
    return job.run.key if job else None


def test_a_session_has_one_run_at_work_and_one_waiting_and_a_third_is_refused(queue):
    ask(queue, "a1", "ada")
    assert start(queue) == "a1"
    ask(queue, "a2", "ada")
    with pytest.raises(NotNow, match="one at a time may wait"):
        ask(queue, "a3", "ada")
    assert start(queue) is None  # a second worker is free, and stays so
    queue.drop("a1")
    assert start(queue) == "a2"


def test_who_was_served_comes_after_who_was_not(queue):
    ask(queue, "a1", "ada")
    assert start(queue) == "a1"
    ask(queue, "a2", "ada")
    ask(queue, "b1", "bob")
    queue.drop("a1")
    assert (queue.place("b1"), queue.place("a2")) == (0, 1)
    assert start(queue) == "b1"


def test_the_queue_is_bounded_and_says_so(queue):
    for number in range(5):
        ask(queue, f"run {number}", f"session {number}")
    with pytest.raises(NotNow, match=r"The class is busy: 5 runs are waiting"):
        ask(queue, "one more", "late")
    assert len(queue) == 5


def test_a_run_that_several_wait_for_counts_for_one_and_then_for_another(queue):
    job = ask(queue, "shared", "ada", "bob", "eve")
    ask(queue, "of bob", "bob")  # waiting for somebody else's run takes no place of one's own
    queue.leave(job, "ada")
    assert job.owner == "eve"  # bob has one
    queue.leave(job, "eve")
    assert job.owner == "bob"
    assert queue.present(job) == {"bob"}


def test_a_run_that_a_newcomer_waits_for_too_comes_at_the_newcomers_turn(queue):
    ask(queue, "a1", "ada")
    ask(queue, "b1", "bob")
    assert [start(queue), start(queue)] == ["a1", "b1"]
    queue.drop("a1")
    queue.drop("b1")
    ask(queue, "a2", "ada")
    ask(queue, "b2", "bob", "new")
    assert start(queue) == "b2"


def test_who_is_not_heard_of_any_more_starts_no_run(queue, time):
    job = ask(queue, "a1", "ada")
    time.seconds += 89
    assert queue.present(job) == {"ada"}
    time.seconds += 2
    assert queue.present(job) == set()
    assert start(queue) is None
    queue.hear_of(job, "ada")  # the laptop is opened again
    assert start(queue) == "a1"


def test_a_run_that_another_server_is_at_work_on_waits_outside_the_line(queue):
    ask(queue, "a1", "ada")
    ask(queue, "b1", "bob")
    job = queue.start(free=lambda job: job.run.key != "a1")
    assert job is not None and job.run.key == "b1"
    assert queue.place("a1") is None and queue.get("a1") is not None


def test_the_expected_wait_is_what_lies_before_it_shared_among_the_workers(queue, time):
    ask(queue, "a", "ada", epochs=4)  # an epoch more counts for measuring
    ask(queue, "b", "bob", epochs=2)
    assert [start(queue), start(queue)] == ["a", "b"]
    ask(queue, "c", "cyd", epochs=1)
    ask(queue, "d", "dan", epochs=1)
    ask(queue, "e", "eve", epochs=1)
    time.seconds += 2
    # two workers, free in 10 - 2 and 6 - 2 s; c then takes one of them for 4 s more, d the other
    assert [queue.wait_for(name, 2, 2.0) for name in "cde"] == [4.0, 8.0, 8.0]
    assert queue.wait_for("a", 2, 2.0) is None


SESSIONS = st.integers(0, 4)


@given(st.lists(st.one_of(SESSIONS, st.none()), max_size=60), st.integers(1, 3))
def test_nobody_is_served_twice_while_another_waits_all_along(story, workers):
    """A number: this session asks for a run. None: the run longest at work ends."""
    queue = FairQueue(most_waiting=50, gone_after=90, now=Time())
    waiting_since: dict[int, int] = {}  # session -> how many runs had been started when it began to wait
    started: list[int] = []

    def serve() -> None:
        while len(queue.running()) < workers and (job := queue.start()):
            session = int(job.owner)
            for other, since in waiting_since.items():
                if other != session and not any(r.owner == str(other) for r in queue.running()):
                    assert session not in started[max(since, blocked.get(other, 0)) :]
            waiting_since.pop(session)
            started.append(session)

    blocked: dict[
        int, int
    ] = {}  # session -> starts so far when its own last run ended: it could not go before
    for number, event in enumerate(story):
        if event is None:
            if running := queue.running():
                blocked[int(running[0].owner)] = len(started)
                queue.drop(running[0].run.key)
        else:
            try:
                ask(queue, f"{event}-{number}", str(event))
                waiting_since[event] = len(started)
            except NotNow:
                assert event in waiting_since
        serve()
        owners = [job.owner for job in queue.running()]
        assert len(owners) == len(set(owners))
        assert len(queue) == len(waiting_since)
