"""Where runs lie: those trained here, and the example that comes with the app."""

import re
from functools import lru_cache

from core import settings
from core.config import PRESETS, RunConfig
from core.runs.run import Run


def place_for(config: RunConfig) -> Run:
    """Where the run of `config` is written, whether or not it is there."""
    return Run(settings.runs_folder() / config.key)


def shipped_run() -> Run:
    """The example run that comes with the app: of the preset `fast`."""
    return Run(settings.shipped_runs_folder() / PRESETS["fast"].key)


def example_run() -> Run:
    """The example run: as it was trained here, or as long as it is not, as it comes with the app.

    Another processor gives other last digits, so the two are not mixed: whoever shows figures of one shows its points.
    """
    trained = Run(settings.runs_folder() / PRESETS["fast"].key)
    return trained if was_whole(trained) else shipped_run()


def was_whole(run: Run) -> bool:
    """Whether the run is finished and was whole when this was first asked: reading all of it takes its time."""
    return _was_whole(run, run.status().updated)


@lru_cache(maxsize=8)
def _was_whole(run: Run, updated: float) -> bool:
    return run.is_whole()


def run_at(key: str) -> Run:
    """The run named `key`: trained here by this version of the app, or shipped with it; status "missing" where it is
    neither.

    Raises ValueError for what is no key.
    """
    if not re.fullmatch("[0-9a-f]{64}", key):
        raise ValueError("A run's key has 64 hexadecimal digits.")
    run = Run(settings.runs_folder() / key)
    shipped = settings.shipped_runs_folder() / key
    status = run.status()
    return Run(shipped) if (status.state == "missing" or status.outdated) and shipped.is_dir() else run
