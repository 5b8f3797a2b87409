"""What a worker process does: one run, from taking its lock to writing its final status.

The engine imports this module too, so anything that needs torch is imported inside the functions.
"""

import errno
import importlib
import logging
import math
import os
import threading
import time
from pathlib import Path

from core.data import DataError, load
from core.runs import Run, RunDamaged, RunsFolderUnusable, why

log = logging.getLogger(__name__)


# torch and scikit-learn: imported before a run, so that Stop doesn't have to wait for them
REQUIREMENTS = ("core.training.pipeline", "sklearn.neighbors")


def warm_up() -> None:
    """Import what a run needs and load the images, so that the first run doesn't have to."""
    _import_requirements()
    load("mnist")


def _import_requirements() -> None:
    for name in REQUIREMENTS:
        importlib.import_module(name)


def begin_process(parent: int, niceness: int) -> None:
    """Initialise a worker process: lower its priority to `niceness`, so that the pages come first, and make
    it exit soon after the server `parent` has ended, for whatever reason."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    if os.name == "posix":  # elsewhere an orphan exits after its idle time
        os.nice(niceness)
        threading.Thread(target=watch, daemon=True, name="watch-parent").start()


def run_in_folder(folder: str, server: str = "", *, deadline: float = math.inf) -> bool:
    """Train and measure the run that is queued in `folder`; its final status is done, failed or cancelled.
    Waits while another process writes the folder; raises nothing. False if that status could not be written.

    server: the id of the server that this worker belongs to. deadline: seconds that the training may take.
    """
    _import_requirements()  # before the lock: as long as that is free, the engine can cancel the run itself
    run = Run(Path(folder))
    if not run.folder.exists():
        return True  # it was stopped while this process was starting
    try:
        with run.lock():
            if run.status().state == "done":
                return True  # another server has finished it
            return _train(run, server, deadline)
    except OSError as error:  # the lock could not be taken
        return _fail(run, _message_for(error))


def replay_in_folder(folder: str, server: str = "") -> str:
    """Make the replay of the finished run in `folder`; returns what went wrong as a sentence, or "".

    Returns before the replay is complete if the engine has asked it to pause. Raises nothing.
    """
    from core.pictures.make_replay import make_replay
    from core.pictures.replay import Replay

    run = Run(Path(folder))
    try:
        with run.lock():
            run.set_writer(server)
            make_replay(run)
    except (DataError, RunDamaged) as error:
        return str(error)
    except OSError as error:
        Replay(run).give_up()  # on a full disk, what there is of it is in the way
        return _message_for(error)
    except Exception as error:
        log.exception("the replay of run %s failed", run.key)
        return f"The replay stopped at an unexpected error ({type(error).__name__}: {why(error)})."
    return ""


def _train(run: Run, server: str, deadline: float) -> bool:
    from core.training.pipeline import train_and_measure

    try:
        if run.cancel_requested():  # while this process was starting
            run.set_state("cancelled", run.why_cancelled())
            return True
        if run.status().state != "queued":  # left half-written by a process that died
            run.reset(run.config())
        run.set_writer(server)
        train_and_measure(run, deadline=deadline)
    except (DataError, RunDamaged, RunsFolderUnusable) as error:
        return _fail(run, str(error))
    except OSError as error:
        return _fail(run, _message_for(error))
    except Exception as error:
        if isinstance(error, MemoryError) or "can't allocate memory" in str(error):  # torch's wording
            return _fail(
                run, "There was not enough memory for this run. Take a smaller batch or fewer dimensions."
            )
        log.exception("run %s failed", run.key)
        return _fail(run, f"Training stopped at an unexpected error ({type(error).__name__}: {why(error)}).")
    return True


def _fail(run: Run, message: str) -> bool:
    try:
        run.set_state("failed", message)
    except OSError as error:  # the folder is gone: only the log is left
        log.error("run %s failed (%s) and could not say so: %s", run.key, message, error)
        return False
    return True


def _message_for(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "The disk is full, so the run could not be written. Free some space and train again."
    if error.errno == errno.ENOENT:
        return "The run's folder was deleted while it was trained. Train again."
    return f"The run could not be written ({error.strerror}). Train again."
