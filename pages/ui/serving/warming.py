"""What the server does before its first visitor comes, so that they need not wait for it."""

import contextlib
import gc

from core.pictures import run_frames
from core.runs import RunDamaged, shipped_run


def warm_up() -> None:
    """Read the run that Home shows, and import what its page needs."""
    from pages.ui.runs import picture, results  # noqa: F401 - charts and tables: half a second

    with contextlib.suppress(RunDamaged, OSError):  # the page says what is wrong with it
        run_frames.of_split(shipped_run(), "train")
    # What is imported stays. Walked through by every garbage collection, it cost more than a page.
    gc.collect()
    gc.freeze()
