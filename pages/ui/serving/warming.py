"""What the server loads before its first visitor, who would otherwise wait for it."""

import contextlib
import gc

from core.pictures import canvas_data
from core.runs import RunDamaged, shipped_run


def warm_up() -> None:
    """Read Home's run, and import what its page needs."""
    from pages.ui.runs import picture, results  # noqa: F401 - charts and tables: half a second

    with contextlib.suppress(RunDamaged, OSError):  # the page itself reports the error
        canvas_data.of_split(shipped_run(), "train")
    # Imported modules stay. Traversing them in every garbage collection would cost more than a page.
    gc.collect()
    gc.freeze()
