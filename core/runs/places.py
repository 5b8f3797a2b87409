"""Where runs are stored: those trained here, and the example shipped with the app."""

import re
from functools import lru_cache

from core import environment
from core.config import PRESETS, RunConfig
from core.runs.run import Run


def place_for(config: RunConfig) -> Run:
    """The run of `config` in the runs folder, whether or not it exists."""
    return Run(environment.runs_folder() / config.key)


def shipped_run() -> Run:
    """The shipped example run, of the preset `fast`."""
    return Run(environment.shipped_runs_folder() / PRESETS["fast"].key)


def example_run() -> Run:
    """The example run: the one trained here, or else the shipped one.

    They differ in the last digits on another processor, so don't mix one's figures with the other's points.
    """
    trained = Run(environment.runs_folder() / PRESETS["fast"].key)
    return trained if was_whole(trained) else shipped_run()


def was_whole(run: Run) -> bool:
    """Whether the run is finished and was whole at the first call: verifying all of it takes time."""
    return _was_whole(run, run.status().updated)


@lru_cache(maxsize=8)
def _was_whole(run: Run, updated: float) -> bool:
    return run.is_whole()


def run_at(key: str) -> Run:
    """The run `key`: trained here by this version of the app, or shipped with it; status "missing" if
    neither.

    Raises ValueError for an invalid key.
    """
    if not re.fullmatch("[0-9a-f]{64}", key):
        raise ValueError("A run's key has 64 hexadecimal digits.")
    run = Run(environment.runs_folder() / key)
    shipped = environment.shipped_runs_folder() / key
    status = run.status()
    return Run(shipped) if (status.state == "missing" or status.outdated) and shipped.is_dir() else run
