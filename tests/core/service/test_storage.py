"""The runs folder keeps its bound: oldest first, and nothing that anybody needs."""

import os
import shutil
from pathlib import Path

import pytest

from core.config import RunConfig
from core.runs import Run
from core.service.servers import ThisServer
from core.service.storage import GOING, Storage

SIZE = 10_000


class Wall:
    """A time of day that somebody sets."""

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


def storage(runs: int, wall: Wall, in_use: set[str] | None = None) -> Storage:
    """Room for so many runs."""
    return Storage(runs * (SIZE + 1500), lambda key: key in (in_use or set()), wall)


def there(runs: list[Run]) -> list[int]:
    return [number for number, run in enumerate(runs) if run.status().state == "done"]


def test_below_the_bound_nothing_goes(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    kept = storage(4, wall)
    assert kept.tidy() == []
    assert there(runs) == [0, 1, 2] and kept.runs == 3
    assert kept.bytes == sum(file.stat().st_size for file in runs_folder.rglob("*") if file.is_file())


def test_the_one_that_was_not_looked_at_for_longest_goes_first(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(5)]
    kept = storage(3, wall)
    for number in (4, 0, 3, 1, 2):
        kept.use(runs[number])
    assert kept.tidy() == [runs[4].key, runs[0].key]
    assert there(runs) == [1, 2, 3]
    assert kept.runs == 3 and not kept.full()


def test_what_is_in_use_stays_however_old_it_is(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(4)]
    kept = storage(2, wall, in_use={runs[0].key, runs[1].key})
    for run in runs:
        kept.use(run)
    assert kept.tidy() == [runs[2].key, runs[3].key]
    assert there(runs) == [0, 1]


def test_where_everything_is_in_use_it_is_full_and_says_so(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    kept = storage(2, wall, in_use={run.key for run in runs})
    assert kept.tidy() == [] and kept.full()
    assert there(runs) == [0, 1, 2]


def test_what_another_process_is_writing_stays(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(2)]
    with runs[0].lock():
        assert storage(1, wall).tidy() == [runs[1].key]
    assert there(runs) == [0]


def test_a_clock_that_is_set_back_changes_no_order(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    kept = storage(2, wall)
    kept.use(runs[0])
    wall.seconds += 86_400 * 365  # a year ahead
    kept.use(runs[1])
    wall.seconds -= 86_400 * 730  # and two back
    kept.use(runs[2])
    assert kept.tidy() == [runs[0].key]
    again = storage(1, wall)  # after a restart, with the clock still wrong
    again.tidy()
    assert there(runs) == [2]


def test_a_restarted_server_goes_on_from_the_newest_stamp_it_finds(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(3)]
    before = storage(9, wall)
    wall.seconds += 86_400 * 365
    before.use(runs[0])
    before.use(runs[1])
    wall.seconds -= 86_400 * 365
    kept = storage(9, wall)
    kept.tidy()
    kept.use(runs[2])
    kept.most_bytes = SIZE + 1500
    assert kept.tidy() == [runs[0].key, runs[1].key]


def test_who_opens_a_run_at_the_very_moment_of_its_removal_gets_it_back(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(2)]
    asked: list[str] = []

    def in_use(key: str) -> bool:
        asked.append(key)
        return key == runs[0].key and asked.count(key) > 1  # not at first; then somebody has said so

    kept = Storage(SIZE + 1500, in_use, wall)
    kept.use(runs[0])
    kept.use(runs[1])
    assert kept.tidy() == [runs[1].key]
    assert there(runs) == [0]


def test_what_a_server_left_while_it_removed_it_is_removed_at_the_second_look(runs_folder, wall):
    run = stored(runs_folder, 1)
    left = run.folder.with_name(f"{GOING}abc")
    os.rename(run.folder, left)
    kept = storage(5, wall)
    kept.tidy()
    assert left.exists()  # another server may be about to give it back
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


def test_a_folder_that_is_not_there_holds_nothing(runs_folder, wall):
    shutil.rmtree(runs_folder, ignore_errors=True)
    kept = storage(1, wall)
    assert kept.tidy() == [] and kept.bytes == 0 and not kept.full()


def test_using_a_run_that_is_gone_does_not_bring_its_folder_back(runs_folder, wall):
    run = Run(runs_folder / RunConfig(seed=77).key)
    storage(1, wall).use(run)
    assert not run.folder.exists()


def test_a_server_that_looks_at_a_run_keeps_it_from_all_others(runs_folder, wall):
    runs = [stored(runs_folder, seed) for seed in range(2)]
    here, there_ = ThisServer(), ThisServer()
    try:
        there_.say("viewing", runs[0].key)
        kept = Storage(1, here.anybody, wall)
        assert kept.tidy() == [runs[1].key]
        there_.take_back("viewing", runs[0].key)
        assert kept.tidy() == [runs[0].key]
    finally:
        here.close()
        there_.close()
