"""The engine survives faults: killed and hung workers, damaged and deleted files, no network."""

import os
import signal

import psutil
import pytest

from core.config import RunConfig
from core.runs import Run, RunsFolderUnusable, place_for
from core.service.clock import Clock
from core.service.engine import Engine
from core.service.fair_queue import NotNow
from core.service.slot_threads import DIED
from tests.core.conftest import LONG, MEDIUM, SHORT, SMALL, wait_for_end, wait_for_snapshots, wait_until

pytestmark = pytest.mark.whole_training


def test_a_killed_worker_is_reported_and_the_next_run_works(own_engine):
    run = own_engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    (pid,) = own_engine.worker_pids()
    os.kill(pid, signal.SIGKILL)
    wait_for_end(run)
    assert run.status().state == "failed"
    assert run.status().message == DIED
    following = own_engine.submit(SMALL, "ada")
    wait_for_end(following)
    assert following.status().state == "done"
    wait_until(lambda: not own_engine.has(following.key), "the worker is idle")
    (pid,) = own_engine.worker_pids()
    os.kill(pid, signal.SIGKILL)  # it is still dying when the next run comes
    next_one = own_engine.submit(RunConfig(epochs=1, digits=2, seed=78), "ada")
    wait_for_end(next_one)
    assert next_one.status().state == "done"


def test_a_killed_worker_leaves_its_neighbour_alone(runs_folder):
    engine = Engine(workers=2, idle_seconds=60, deadline_seconds=300)
    try:
        doomed = engine.submit(LONG, "ada")
        neighbour = engine.submit(MEDIUM, "bob")
        wait_for_snapshots(doomed)
        wait_for_snapshots(neighbour)
        victim = next(pid for pid in engine.worker_pids() if _writes(pid, doomed))
        os.kill(victim, signal.SIGKILL)
        wait_for_end(doomed)
        wait_for_end(neighbour)
        assert doomed.status().state == "failed"
        assert neighbour.status().state == "done"
    finally:
        engine.close()


def _writes(pid: int, run: Run) -> bool:
    return any(file.path == str(run.folder / "lock") for file in psutil.Process(pid).open_files())


def test_a_hung_worker_is_ended_at_the_deadline(runs_folder, time):
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=900, clock=Clock(steady=time))
    try:
        run = engine.submit(LONG, "ada")
        wait_for_snapshots(run)
        (pid,) = engine.worker_pids()
        os.kill(pid, signal.SIGSTOP)
        for _ in range(20):  # a session keeps watching
            time.seconds += 50
            engine.watch(run.key, "ada")
        wait_for_end(run)
        assert run.status().state == "failed"
        assert "longer than 900 seconds" in run.status().message
        wait_until(lambda: not psutil.pid_exists(pid), "the hung worker is gone")
    finally:
        engine.close()


def test_a_worker_that_does_not_answer_a_stop_is_ended_and_the_next_run_gets_another(own_engine):
    """As in one step of many seconds, the process comes to no check."""
    run = own_engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    (pid,) = own_engine.worker_pids()
    os.kill(pid, signal.SIGSTOP)
    own_engine.leave(run.key, "ada")
    wait_for_end(run)
    assert (run.status().state, run.status().message) == ("cancelled", "")
    following = own_engine.submit(SMALL, "ada")
    wait_for_end(following)
    assert following.status().state == "done"
    assert not psutil.pid_exists(pid)


def test_a_run_that_is_too_costly_is_refused_with_the_reason_and_never_queued(runs_folder, warm_slot):
    engine = Engine(1, 60, 900, run_bytes=1e6, slots=[warm_slot])
    try:
        with pytest.raises(NotNow, match=r"can need \d+ MB of memory, and here one may take 1 MB"):
            engine.submit(SHORT, "ada")
        assert not engine.has(SHORT.key) and not place_for(SHORT).folder.exists()
        assert engine.cost(SHORT)[1] is not None
    finally:
        engine.close()


def test_a_half_written_run_is_trained_again_from_the_start(engine):
    half = place_for(SMALL)
    half.begin(SMALL)
    half.set_state("training")  # as a killed server leaves it
    (half.folder / "frames" / "000099.npy").write_bytes(b"half")
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    assert run.status().state == "done"
    assert 99 not in run.snapshot_steps()


def test_a_damaged_finished_run_is_trained_again(engine):
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    wait_until(lambda: not engine.has(run.key), "the engine releases the run")
    path = run.folder / "embedding.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    again = engine.submit(SMALL, "ada")
    assert engine.has(again.key)
    wait_for_end(again)
    again.check()


def test_a_deleted_run_folder_is_survived(engine):
    import shutil

    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    shutil.rmtree(run.folder, ignore_errors=True)
    wait_until(lambda: not engine.has(run.key), "the engine releases the run")
    following = engine.submit(SMALL, "ada")
    wait_for_end(following)
    assert following.status().state == "done"


def test_a_run_that_cannot_be_stored_is_refused_and_not_queued(engine, tmp_path, monkeypatch):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(in_the_way))
    with pytest.raises(RunsFolderUnusable):
        engine.submit(SHORT, "ada")
    assert not engine.has(SHORT.key)


def test_a_failed_download_fails_only_its_run_with_a_message(own_engine, tmp_path, monkeypatch):
    monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.setenv("CONTRASTIVE_LAB_DOWNLOADS", str(tmp_path))
    # a worker reads the mirror when it starts
    run = own_engine.submit(RunConfig(dataset="kmnist", epochs=1), "ada")
    wait_for_end(run)
    assert run.status().state == "failed"
    assert "could not be fetched" in run.status().message
    following = own_engine.submit(SMALL, "ada")
    wait_for_end(following)
    assert following.status().state == "done"
