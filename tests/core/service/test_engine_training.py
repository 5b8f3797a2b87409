"""The engine trains each run once, in worker processes, to the same bits as this process."""

import os
import threading

import psutil
import pytest

from core.config import RunConfig
from core.runs import place_for
from core.service.engine import Engine
from core.service.fair_queue import NotNow
from core.service.shared_engine import close_shared_engine, shared_engine
from tests.core.conftest import LONG, MEDIUM, SHORT, SMALL, wait_for_end, wait_for_snapshots, wait_until

pytestmark = pytest.mark.whole_training


def test_a_submitted_run_is_trained_in_another_process(engine):
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    assert run.status().state == "done"
    run.check()
    assert engine.worker_pids() != []
    assert os.getpid() not in engine.worker_pids()


def test_equal_configs_are_trained_once(engine):
    first = engine.submit(MEDIUM, "ada")
    second = engine.submit(RunConfig(epochs=15, digits=2, seed=4321), "bob")
    assert first == second
    assert engine.others_watching(first.key, "ada") == 1
    wait_for_end(first)
    wait_until(lambda: not engine.has(first.key), "the engine releases the run")
    done = first.status()
    assert engine.submit(MEDIUM, "eve").status() == done
    assert not engine.has(first.key)


def test_a_worker_trains_to_the_same_bits_as_this_process(engine, finished):
    there = engine.submit(SHORT, "ada")
    wait_for_end(there)
    assert there.status().files["weights.safetensors"] == finished.status().files["weights.safetensors"]
    assert there.status().files["figures.json"] == finished.status().files["figures.json"]


def test_a_refused_run_leaves_nothing_behind(engine):
    running = engine.submit(LONG, "ada")
    wait_until(lambda: engine.queued_before(running.key) is None, "the first run starts")
    waiting = engine.submit(RunConfig(seed=1), "ada")
    refused = RunConfig(seed=2)
    with pytest.raises(NotNow):
        engine.submit(refused, "ada")
    assert not engine.has(refused.key) and not place_for(refused).folder.exists()
    assert engine.expected_wait(waiting.key) > 0 and engine.expected_wait(running.key) is None
    assert engine.standing().waiting == 1 and list(engine.standing().running) == [running.key]


def test_consecutive_runs_share_one_warm_worker(runs_folder):
    engine = Engine(workers=2, idle_seconds=60, deadline_seconds=300)
    try:
        for seed in range(3):
            run = engine.submit(RunConfig(epochs=1, digits=2, seed=seed), "ada")
            wait_for_end(run)
            wait_until(lambda key=run.key: not engine.has(key), "the engine releases the run")
        assert len(engine.worker_pids()) == 1
    finally:
        engine.close()


def test_closing_kills_the_workers_and_fails_no_run(runs_folder):
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=300)
    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    pids = engine.worker_pids()
    engine.close()
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids), "the workers are gone")
    assert run.status().state == "training"
    wait_until(lambda: not run.has_writer(), "the lock is free")


def test_all_threads_share_one_engine(runs_folder, monkeypatch):
    monkeypatch.setenv("CONTRASTIVE_LAB_WORKERS", "1")
    close_shared_engine()
    engines: list[Engine] = []
    threads = [threading.Thread(target=lambda: engines.append(shared_engine(warm=False))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len(engines) == 8
        assert len({id(engine) for engine in engines}) == 1
    finally:
        close_shared_engine()
