"""The runs folder stays below its bound: the least recently used runs go first, none that is in use."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from core.config import RunConfig
from core.runs import Run
from core.service.servers import ThisServer
from core.service.storage import BEING_REMOVED, Storage

SIZE = 10_000


class Wall:
    """A time of day that the test sets."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


def stored(runs_folder: Path, seed: int) -> Run:
    """A run's folder with SIZE bytes of result."""
    config = RunConfig(seed=seed)
    run = Run(runs_folder / config.key)
    run.begin(config)
    run.set_state("done")
    (run.folder / "embedding.safetensors").write_bytes(b"x" * SIZE)
    return run


def room_for(runs: int) -> int:
    """The bytes of this many runs of `stored`, and of half a run more."""
    all_of_them = Storage(10**12, lambda key: True, lambda: 1.0)
    all_of_them.tidy()
    return round((runs + 0.5) * all_of_them.bytes / all_of_them.runs)


def storage(runs: int, wall: Wall, in_use: set[str] | None = None) -> Storage:
    """A storage with room for this many runs of `stored`."""
    return Storage(room_for(runs), lambda key: in_use is not None and key in in_use, wall)


def there(runs: list[Run]) -> list[int]:
    return [number for number, run in enumerate(runs) if run.status().state == "done"]


def test_below_the_bound_nothing_is_removed(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    kept = storage(4, wall)
    assert kept.tidy() == []
    assert there(runs) == [0, 1, 2] and kept.runs == 3


def test_a_runs_size_is_what_the_disk_counts(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    kept = storage(4, wall)
    kept.tidy()
    du = subprocess.run(
        ["du", "-s", "-B1", *(run.folder for run in runs)], capture_output=True, text=True, check=True
    )
    assert kept.bytes == sum(int(line.split()[0]) for line in du.stdout.splitlines())


def test_a_run_that_never_began_leaves_nothing_once_nobody_has_it_open(runs_folder, wall):
    finished, stopped, left = (stored(runs_folder, seed) for seed in range(3))
    for run in (stopped, left):
        run.set_state("cancelled")
    (left.folder / "sample.safetensors").touch()  # this one had begun, and can still be looked at
    viewing = {stopped.key}
    kept = storage(9, wall, in_use=viewing)
    kept.tidy()
    assert stopped.folder.exists()
    viewing.clear()
    assert kept.tidy() == []
    assert sorted(runs_folder.iterdir()) == sorted([finished.folder, left.folder])


def test_the_least_recently_used_run_is_removed_first(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(5)]
    kept = storage(3, wall)
    for number in (4, 0, 3, 1, 2):
        kept.use(runs[number])
    assert kept.tidy() == [runs[4].key, runs[0].key]
    assert there(runs) == [1, 2, 3]
    assert kept.runs == 3 and not kept.full()


def test_a_run_in_use_is_kept_no_matter_how_old(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(4)]
    kept = storage(2, wall, in_use={runs[0].key, runs[1].key})
    for run in runs:
        kept.use(run)
    assert kept.tidy() == [runs[2].key, runs[3].key]
    assert there(runs) == [0, 1]


def test_storage_is_full_when_every_run_is_in_use(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    kept = storage(2, wall, in_use={run.key for run in runs})
    assert kept.tidy() == [] and kept.full()
    assert there(runs) == [0, 1, 2]


def test_a_run_that_another_process_writes_is_kept(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(2)]
    with runs[0].lock():
        assert storage(1, wall).tidy() == [runs[1].key]
    assert there(runs) == [0]


def test_setting_the_clock_back_does_not_change_the_order(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    kept = storage(2, wall)
    kept.use(runs[0])
    wall.seconds += 86_400 * 365  # a year ahead
    kept.use(runs[1])
    wall.seconds -= 86_400 * 730  # two years back
    kept.use(runs[2])
    assert kept.tidy() == [runs[0].key]
    again = storage(1, wall)  # after a restart, with the clock still wrong
    again.tidy()
    assert there(runs) == [2]


def test_a_restarted_server_continues_from_the_newest_time_stamp(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    before = storage(9, wall)
    wall.seconds += 86_400 * 365
    before.use(runs[0])
    before.use(runs[1])
    wall.seconds -= 86_400 * 365
    kept = storage(9, wall)
    kept.tidy()
    kept.use(runs[2])
    kept.most_bytes = room_for(1)
    assert kept.tidy() == [runs[0].key, runs[1].key]


def test_a_run_opened_at_the_moment_of_its_removal_is_put_back(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(2)]
    asked: list[str] = []

    def in_use(key: str) -> bool:
        asked.append(key)
        return key == runs[0].key and asked.count(key) > 1  # opened between the first and the second check

    kept = Storage(room_for(1), in_use, wall)
    kept.use(runs[0])
    kept.use(runs[1])
    assert kept.tidy() == [runs[1].key]
    assert there(runs) == [0]


def test_a_removal_that_a_dead_server_left_half_done_is_finished(runs_folder, wall):
    run = stored(runs_folder, 1)
    left = run.folder.with_name(f"{BEING_REMOVED}abc")
    kept = storage(5, wall)
    os.rename(run.folder, left)
    kept.tidy()
    assert left.exists()  # another server may be about to put it back
    kept.tidy()
    assert not left.exists()


def test_nothing_else_in_the_folder_is_touched(runs_folder, wall):
    run = stored(runs_folder, 1)
    other = runs_folder / "notes"
    other.mkdir()
    (other / "text").write_bytes(b"x" * 100 * SIZE)
    kept = Storage(1, lambda key: False, wall)
    kept.tidy()
    assert not run.folder.exists() and (other / "text").exists()


def test_a_missing_folder_is_empty(runs_folder, wall):
    shutil.rmtree(runs_folder, ignore_errors=True)
    kept = Storage(SIZE, lambda key: False, wall)
    assert kept.tidy() == [] and kept.bytes == 0 and not kept.full()


def test_using_a_removed_run_does_not_create_its_folder(runs_folder, wall):
    run = Run(runs_folder / RunConfig(seed=77).key)
    Storage(SIZE, lambda key: False, wall).use(run)
    assert not run.folder.exists()


def test_a_run_open_on_one_server_is_not_removed_by_another(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(2)]
    here, there_ = ThisServer(), ThisServer()
    try:
        there_.announce("viewing", runs[0].key)
        kept = Storage(1, here.in_use, wall)
        assert kept.tidy() == [runs[1].key]
        there_.withdraw("viewing", runs[0].key)
        assert kept.tidy() == [runs[0].key]
    finally:
        here.close()
        there_.close()
