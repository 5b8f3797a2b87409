"""A real full disk, and a real worker without memory."""

import contextlib
import os
import resource
import shutil

import psutil
import pytest

from core.config import RunConfig
from core.runs import Run, RunsFolderUnusable
from core.service.engine import Engine
from tests.core.conftest import SHORT, SMALL, wait_for_end, wait_for_snapshots, wait_until

pytestmark = pytest.mark.whole_training


@pytest.fixture
def engine():
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=300)
    yield engine
    engine.close()


def test_a_disk_that_fills_up_fails_only_the_current_run_with_a_message(small_disk, finished, engine):
    size = sum(file.stat().st_size for file in finished.folder.rglob("*") if file.is_file())
    place = small_disk(size // 1_000_000 + 4)  # room for a finished run and for a few snapshots
    kept = Run(place / "runs" / SHORT.key)
    shutil.copytree(finished.folder, kept.folder)
    run = engine.submit(RunConfig(epochs=1, seed=99), "ada")
    wait_for_end(run)
    assert run.status().state == "failed"
    assert "The disk is full" in run.status().message
    kept.check()
    assert engine.submit(SHORT, "ada").status().state == "done"


def test_a_full_disk_refuses_the_run_and_still_shows_finished_runs(small_disk, finished, engine):
    place = small_disk(40)
    kept = Run(place / "runs" / SHORT.key)
    shutil.copytree(finished.folder, kept.folder)
    with pytest.raises(OSError, match="No space left"):
        (place / "filler").write_bytes(b"x" * 41_000_000)
    with pytest.raises(RunsFolderUnusable, match="No space left"):
        engine.submit(RunConfig(epochs=1, seed=99), "ada")
    kept.check()
    (place / "filler").unlink()
    run = engine.submit(RunConfig(epochs=50, seed=99), "ada")
    wait_for_snapshots(run, 1)


def test_on_a_disk_with_a_few_blocks_left_a_run_is_refused_or_fails_once(small_disk, engine):
    place = small_disk(2)
    engine.warm_up()
    endings = set()
    for left in range(4, 80, 8):  # kilobytes
        with contextlib.suppress(OSError), (place / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 4096):
                pass
        os.truncate(place / "filler", (place / "filler").stat().st_size - left * 1024)
        run = None
        with contextlib.suppress(RunsFolderUnusable):
            run = engine.submit(RunConfig(epochs=1, digits=2, seed=left), "ada")
        if run is None:
            endings.add("refused")
            continue
        wait_until(lambda run=run: not engine.has(run.key), "the engine gives up the run")
        assert run.status().state == "failed" and "The disk is full" in run.status().message
        assert not list(run.folder.rglob("*.part"))
        endings.add("failed")
        shutil.rmtree(run.folder)
    assert endings == {"refused", "failed"}


def test_a_worker_out_of_memory_fails_the_run_with_a_message_and_the_next_run_works(runs_folder, engine):
    engine.warm_up()
    wait_until(lambda: bool(engine.worker_pids()), "a worker starts")
    worker = psutil.Process(engine.worker_pids()[0])
    wait_until(lambda: "libtorch_cpu" in {_name(m) for m in worker.memory_maps()}, "it has imported torch")
    small = engine.submit(SMALL, "ada")
    wait_for_end(small)
    held = worker.memory_info().vms
    worker.rlimit(resource.RLIMIT_AS, (held + 5_000_000, held + 5_000_000))
    greedy = engine.submit(RunConfig(epochs=1, batch_size=4096, embedding_dims=64, hidden=(512, 512)), "ada")
    wait_for_end(greedy)
    assert greedy.status().state == "failed"
    assert "memory" in greedy.status().message
    worker.kill()  # like the system's out-of-memory killer
    wait_until(lambda: not engine.has(greedy.key), "the engine releases the run")
    following = engine.submit(RunConfig(epochs=1, digits=2, seed=77), "ada")
    wait_for_end(following)
    assert following.status().state == "done"


def _name(mapped) -> str:
    return mapped.path.rsplit("/", 1)[-1].split(".so")[0]
