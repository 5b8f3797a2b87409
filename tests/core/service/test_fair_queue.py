"""The fair queue: small scenarios, and fairness as a property of random ones."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import RunConfig
from core.config.cost import training_seconds
from core.runs import Run, Status
from core.service.fair_queue import FairQueue, Job, NotNow
from core.service.servers import ThisServer
from core.service.work_queue import WorkQueue
from tests.core.conftest import Time


@pytest.fixture
def queue(time: Time) -> FairQueue:
    return FairQueue(most_waiting=5, gone_after=90, now=time)


def ask(queue: FairQueue, name: str, *watchers: str, epochs: int = 1, address: str = "") -> Job:
    """Queue a run called `name` that `watchers` wait for; the first of them owns it."""
    queue.check_room_for(watchers[0], address)
    job = Job(Run(Path(name)), RunConfig(epochs=epochs), owner=watchers[0], address=address)
    for watcher in watchers:
        queue.check_in(job, watcher)
    queue.add(job)
    return job


def start(queue: FairQueue) -> str | None:
    job = queue.start()
    return job.run.key if job else None


def test_a_session_may_have_one_running_and_one_queued_run(queue):
    ask(queue, "a1", "ada")
    assert start(queue) == "a1"
    ask(queue, "a2", "ada")
    with pytest.raises(NotNow, match="one at a time may wait"):
        ask(queue, "a3", "ada")
    assert start(queue) is None  # although a worker is free
    queue.remove("a1")
    assert start(queue) == "a2"


def test_who_joins_a_run_does_not_wait_for_another_run_of_its_owner(queue, time):
    long = ask(queue, "a1", "ada", epochs=20)
    assert start(queue) == "a1"
    ask(queue, "a2", "ada")
    assert (
        queue.expected_wait("a2", 2, 1.0) == long.size
    )  # a worker is free, but ada has a run that is trained
    shared = queue.get("a2")
    queue.check_in(shared, "bob")
    assert queue.expected_wait("a2", 2, 1.0) == 0
    assert start(queue) == "a2" and shared.owner == "bob"


def test_sessions_never_served_come_first(queue):
    ask(queue, "a1", "ada")
    assert start(queue) == "a1"
    ask(queue, "a2", "ada")
    ask(queue, "b1", "bob")
    queue.remove("a1")
    assert (queue.position("b1"), queue.position("a2")) == (0, 1)
    assert start(queue) == "b1"


def test_a_full_queue_refuses_with_a_reason(queue):
    for number in range(5):
        ask(queue, f"run {number}", f"session {number}")
    with pytest.raises(NotNow, match=r"The class is busy: 5 runs are waiting"):
        ask(queue, "one more", "late")
    assert len(queue) == 5
    queue.most_waiting = 1
    for number in range(1, 5):
        queue.remove(f"run {number}")
    with pytest.raises(NotNow, match=r"The class is busy: 1 run is waiting"):
        ask(queue, "one more", "late")


def test_who_is_a_new_person_each_time_fills_no_more_than_the_share_of_an_address(time):
    queue = FairQueue(most_waiting=100, gone_after=90, now=time)
    for number in range(60):  # a classroom behind one address
        ask(queue, f"run {number}", f"pupil {number}", address="198.51.100.7")
    with pytest.raises(NotNow, match=r"60 runs are waiting, .* from your internet address"):
        ask(queue, "one more", "late", address="198.51.100.7")
    ask(queue, "another", "bob", address="203.0.113.9")
    for number in range(39):  # an address that says nothing is nobody's
        ask(queue, f"local {number}", f"visitor {number}")
    with pytest.raises(NotNow, match="100 runs are waiting, as many as this server takes"):
        ask(queue, "too many", "eve")


def test_a_persons_jobs_are_all_that_they_wait_for_the_running_ones_first(queue):
    ask(queue, "first", "ada")
    ask(queue, "bobs", "bob", "ada")
    ask(queue, "eves", "eve")
    assert start(queue) == "first" and start(queue) == "bobs"
    ask(queue, "second", "ada")
    assert [job.run.key for job in queue.awaited_by("ada")] == ["first", "bobs", "second"]
    assert queue.awaited_by("nobody") == []


def test_a_shared_run_has_one_owner_at_a_time(queue):
    job = ask(queue, "shared", "ada", "bob", "eve")
    ask(queue, "of bob", "bob")  # waiting for another session's run doesn't use one's own quota
    queue.leave(job, "ada")
    assert job.owner == "eve"  # bob already has a queued run
    queue.leave(job, "eve")
    assert job.owner == "bob"
    assert queue.present(job) == {"bob"}


def test_a_shared_run_takes_the_best_turn_of_its_watchers(queue):
    ask(queue, "a1", "ada")
    ask(queue, "b1", "bob")
    assert [start(queue), start(queue)] == ["a1", "b1"]
    queue.remove("a1")
    queue.remove("b1")
    ask(queue, "a2", "ada")
    ask(queue, "b2", "bob", "new")
    assert start(queue) == "b2"


def test_the_run_of_a_session_that_is_gone_does_not_start(queue, time):
    job = ask(queue, "a1", "ada")
    time.seconds += 89
    assert queue.present(job) == {"ada"}
    time.seconds += 2
    assert queue.present(job) == set()
    assert start(queue) is None
    queue.check_in(job, "ada")  # the laptop is opened again
    assert start(queue) == "a1"


def test_a_run_that_another_server_works_on_has_no_position(queue):
    ask(queue, "a1", "ada")
    ask(queue, "b1", "bob")
    job = queue.start(free=lambda job: job.run.key != "a1")
    assert job is not None and job.run.key == "b1"
    assert queue.position("a1") is None and queue.get("a1") is not None


def test_the_expected_wait_is_the_work_ahead_shared_among_the_workers(queue, time):
    long, short = (ask(queue, name, name, epochs=epochs) for name, epochs in (("a", 4), ("b", 2)))
    assert [start(queue), start(queue)] == ["a", "b"]
    next_one, *_ = (ask(queue, name, name, epochs=1) for name in "cde")
    time.seconds += 2
    # two workers, free when a and b end, after twice the expected seconds; c takes the one that is free first
    free = 2 * short.size - 2, 2 * long.size - 2
    then = sorted((free[0] + 2 * next_one.size, free[1]))
    assert [queue.expected_wait(name, 2, 2.0) for name in "cde"] == pytest.approx([free[0], *then])
    assert queue.expected_wait("a", 2, 2.0) is None
    time.seconds += 38  # both take longer than expected: the wait is no longer nothing
    assert queue.expected_wait("c", 2, 2.0) == 10.0


def test_runs_that_take_longer_than_expected_make_the_next_estimates_longer(tmp_path, time):
    work = WorkQueue(1, 5, 90, ThisServer(), time)
    assert work.pace == 1
    for number in range(12):
        job = Job(Run(tmp_path / str(number)), RunConfig(seed=number), owner="ada")
        job.run.begin(job.config)
        with work.changed:
            work.jobs.check_in(job, "ada")
            work.add(job)
        assert work.take(0) is job
        time.seconds += 100  # for a data set that was fetched first, say
        job.run.write_status(
            Status("done", seconds=3 * training_seconds(job.config), stopped_early=number == 11)
        )
        work.release(0, job)
        if number == 0:
            assert 1 < work.pace < 3
        if number == 10:
            measured = work.pace
    assert measured == pytest.approx(3, abs=0.1)
    assert work.pace == measured  # of a run that stopped early the expected steps say nothing


SESSIONS = st.integers(0, 4)


@given(st.lists(st.one_of(SESSIONS, st.none()), max_size=60), st.integers(1, 3))
def test_no_session_is_served_twice_while_another_waits(story, workers):
    """story: a number is a session that asks for a run; None ends the run that has been running longest."""
    queue = FairQueue(most_waiting=50, gone_after=90, now=Time())
    waiting_since: dict[int, int] = {}  # session -> number of runs started before it began to wait
    blocked: dict[int, int] = {}  # session -> number of runs started before its own last run ended
    started: list[int] = []

    def serve() -> None:
        while len(queue.running()) < workers and (job := queue.start()):
            session = int(job.owner)
            for other, since in waiting_since.items():
                if other != session and not any(r.owner == str(other) for r in queue.running()):
                    assert session not in started[max(since, blocked.get(other, 0)) :]
            waiting_since.pop(session)
            started.append(session)

    for number, event in enumerate(story):
        if event is None:
            if running := queue.running():
                blocked[int(running[0].owner)] = len(started)
                queue.remove(running[0].run.key)
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
