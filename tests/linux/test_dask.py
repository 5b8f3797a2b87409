"""Training on a real Dask cluster with two worker processes, one of which is killed during a run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from core.runs import Run
from core.service.shared_engine import close_shared_engine, shared_engine
from run import PROJECT
from tests.browser.harness import free_port
from tests.core.conftest import LONG, MEDIUM, SMALL, wait_for_end, wait_for_snapshots, wait_until

pytestmark = pytest.mark.whole_training


@pytest.fixture
def cluster(runs_folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The scheduler's address and the two workers' processes; the shared engine trains there."""
    address = f"tcp://127.0.0.1:{free_port()}"
    env = {**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"}
    log = (tmp_path / "dask.log").open("wb")

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
        return subprocess.Popen(command, env=env, cwd=tmp_path, stdout=log, stderr=log)

    worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    processes = [
        start("scheduler", "--host", address, "--no-dashboard"),
        *(start(*worker, "--local-directory", str(tmp_path / name)) for name in "ab"),
    ]
    monkeypatch.setenv("CONTRASTIVE_LAB_DASK", address)
    monkeypatch.setenv("CONTRASTIVE_LAB_WORKERS", "2")
    monkeypatch.setenv("CONTRASTIVE_LAB_GRACE", "3600")  # there is no page that checks in
    close_shared_engine()
    yield processes[1:]
    close_shared_engine()
    for process in processes:
        process.kill()
        process.wait()
    log.close()


def test_a_run_whose_worker_is_killed_is_finished_by_the_other_worker(cluster):
    engine = shared_engine()
    assert engine.worker_pids() == []  # no local workers
    first = engine.submit(SMALL, "ada")  # both workers import torch for the first time
    wait_until(lambda: first.status().state == "done", "the first run is trained", seconds=400)
    first.check()
    run = engine.submit(MEDIUM, "ada")
    wait_for_snapshots(run)
    victim = next(process for process in cluster if _writes(process.pid, run))
    os.kill(victim.pid, signal.SIGKILL)
    wait_until(lambda: run.status().state == "done", "the other worker has trained it", seconds=240)
    run.check()
    assert victim.wait() == -signal.SIGKILL
    long = engine.submit(LONG, "bob")
    wait_for_snapshots(long)
    engine.leave(long.key, "bob")
    wait_for_end(long)
    assert long.status().state == "cancelled"


def _writes(pid: int, run: Run) -> bool:
    return any(file.path == str(run.folder / "lock") for file in psutil.Process(pid).open_files())
