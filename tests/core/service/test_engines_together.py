"""Two servers on one runs folder: two engines, each with its own workers, and a server that is killed."""

import os
import signal
import subprocess
import sys

import pytest

from core.runs import place_for
from core.service.clock import Clock
from core.service.engine import Engine
from run import PROJECT
from tests.core.conftest import LONG, MEDIUM, wait_for_end, wait_for_snapshots, wait_until

pytestmark = pytest.mark.whole_training

OTHER_SERVER = """
import json, sys, time
from core.config import RunConfig
from core.service.engine import Engine
engine = Engine(workers=1, idle_seconds=60, deadline_seconds=300)
engine.submit(RunConfig.from_dict(json.loads(sys.argv[1])), "ada")
while True:
    time.sleep(1)
"""


@pytest.fixture
def other(runs_folder, time):
    """A second server, whose clock the test moves."""
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=300, clock=Clock(steady=time))
    yield engine
    engine.close()


def test_two_servers_train_a_run_once_and_the_last_watcher_of_both_stops_it(engine, other):
    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    assert other.submit(LONG, "bob") == run
    assert engine.others_watching(run.key, "ada") == other.others_watching(run.key, "bob") == 1
    engine.leave(run.key, "ada")
    before = len(run.progress())
    wait_until(lambda: len(run.progress()) > before, "the run continues for the other server's session")
    assert not run.cancel_requested()
    assert other.standing().running == {} and other.queued_before(run.key) is None
    other.leave(run.key, "bob")
    wait_for_end(run)
    assert run.status().state == "cancelled"
    steps = [report.step for report in run.progress()]
    assert steps == sorted(set(steps))


def test_one_servers_deadline_does_not_end_a_run_of_the_other(engine, other, time):
    run = engine.submit(MEDIUM, "ada")
    wait_for_snapshots(run)
    other.submit(run.config(), "bob")
    for _ in range(8):
        time.seconds += 60  # far beyond that server's deadline
        other.watch(run.key, "bob")
    wait_for_end(run)
    assert run.status().state == "done"
    wait_until(lambda: not other.has(run.key), "the other server notices the end")
    run.check()


def test_a_run_that_times_out_on_one_server_is_trained_by_the_other(engine, other, time):
    run = other.submit(MEDIUM, "bob")
    wait_for_snapshots(run, 1)
    engine.submit(MEDIUM, "ada")
    for _ in range(8):
        time.seconds += 60
        other.watch(run.key, "bob")
    wait_until(lambda: run.status().state == "done", "the session that still waits gets the run")
    run.check()


def test_a_killed_servers_run_is_trained_by_the_server_where_a_session_waits(engine):
    import json

    command = [sys.executable, "-c", OTHER_SERVER, json.dumps(MEDIUM.as_dict())]
    process = subprocess.Popen(command, cwd=PROJECT)
    try:
        run = place_for(MEDIUM)
        wait_for_snapshots(run, 1)
        engine.submit(MEDIUM, "bob")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda: run.status().state == "done", "the remaining server trains the run")
        run.check()
        assert run.writer() == engine.id
    finally:
        process.kill()
        process.wait()
