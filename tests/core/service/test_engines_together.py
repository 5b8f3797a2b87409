"""Two servers on one runs folder: engines with workers of their own, and a server that is killed."""

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
    """A second server, whose clock can be made to jump."""
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=300, clock=Clock(steady=time))
    yield engine
    engine.close()


def test_a_run_is_trained_once_and_stop_is_for_the_last_of_both_servers(engine, other):
    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    assert other.submit(LONG, "bob") == run
    assert engine.others_watching(run.key, "ada") == other.others_watching(run.key, "bob") == 1
    engine.leave(run.key, "ada")
    before = len(run.progress())
    wait_until(lambda: len(run.progress()) > before, "the run goes on for who waits at the other server")
    assert not run.cancel_requested()
    assert other.standing().running == {} and other.queued_before(run.key) is None
    other.leave(run.key, "bob")
    wait_for_end(run)
    assert run.status().state == "cancelled"
    steps = [report.step for report in run.progress()]
    assert steps == sorted(set(steps))


def test_the_deadline_of_one_server_ends_no_run_of_the_other(engine, other, time):
    run = engine.submit(MEDIUM, "ada")
    wait_for_snapshots(run)
    other.submit(run.config(), "bob")
    for _ in range(8):
        time.seconds += 60  # long past the deadline there
        other.watch(run.key, "bob")
    wait_for_end(run)
    assert run.status().state == "done"
    wait_until(lambda: not other.has(run.key), "the other server hears of the end")
    run.check()


def test_a_run_that_one_server_ends_at_its_deadline_is_trained_by_the_other(engine, other, time):
    run = other.submit(MEDIUM, "bob")
    wait_for_snapshots(run, 1)
    engine.submit(MEDIUM, "ada")
    for _ in range(8):
        time.seconds += 60
        other.watch(run.key, "bob")
    wait_until(lambda: run.status().state == "done", "whoever still waits gets the run")
    run.check()


def test_a_server_that_is_killed_leaves_its_run_to_the_one_where_somebody_waits(engine):
    import json

    command = [sys.executable, "-c", OTHER_SERVER, json.dumps(MEDIUM.as_dict())]
    process = subprocess.Popen(command, cwd=PROJECT)
    try:
        run = place_for(MEDIUM)
        wait_for_snapshots(run, 1)
        engine.submit(MEDIUM, "bob")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda: run.status().state == "done", "the run is trained after all")
        run.check()
        assert run.writer() == engine.id
    finally:
        process.kill()
        process.wait()
