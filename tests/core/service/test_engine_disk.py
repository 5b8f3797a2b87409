"""The engine keeps the runs folder below its bound while sessions come and go."""

import gc
import weakref

import pytest

from core.runs import Run, place_for
from core.service.clock import Clock
from core.service.engine import Engine
from core.service.fair_queue import NotNow
from tests.core.conftest import LONG, SHORT, wait_until

pytestmark = pytest.mark.whole_training


def test_the_folder_stays_below_its_bound_and_keeps_open_runs(runs_folder, copy):
    import shutil

    size = sum(file.stat().st_size for file in copy.folder.rglob("*") if file.is_file())
    others = [Run(runs_folder / letter.ljust(64, "0")) for letter in "abc"]
    engine = Engine(1, 60, 300, most_bytes=int(2.5 * size), clock=Clock(wall=lambda: 0.0))
    try:
        for run in (copy, *others):
            engine.show(run, f"session with {run.key}")
        for other in others:
            shutil.copytree(copy.folder, other.folder)
            engine.show(other, f"session with {other.key}")
        wait_until(lambda: engine.standing().stored_runs == 4, "all runs are counted")
        assert all(other.folder.exists() for other in others)
        engine.forget(f"session with {others[1].key}")
        engine.forget(f"session with {others[2].key}")
        wait_until(lambda: not others[2].folder.exists(), "room is made", seconds=60)
        assert not others[1].folder.exists()
        copy.check()
        others[0].check()
        wait_until(lambda: engine.standing().stored_runs == 2, "the two that are left are counted")
    finally:
        engine.close()


def test_a_run_is_refused_when_open_runs_take_all_the_space(runs_folder, copy):
    engine = Engine(1, 60, 300)
    try:
        engine.show(copy, "ada")
        # only now: the first tidying must not find a run that is on no page
        engine._storage.most_bytes = 1000
        wait_until(lambda: engine.standing().stored_bytes > 1000, "the folder is measured")
        with pytest.raises(NotNow, match="the space for runs is taken up"):
            engine.submit(LONG, "bob")
        # a tidying that started before ada opened the run puts it back
        wait_until(lambda: copy.status().state == "done", "the run is there")
        assert engine.submit(SHORT, "bob").status().state == "done"  # a finished run needs no room
        assert not place_for(LONG).folder.exists()
    finally:
        engine.close()


def test_when_the_disk_is_full_sessions_in_reference_cycles_are_collected(runs_folder, copy):
    """Streamlit leaves such cycles behind, and in an idle process Python hardly ever collects them."""

    class Session:
        def __init__(self):
            self.itself = self
            weakref.finalize(self, engine.forget, "ada")

    engine = Engine(1, 60, 300)
    gc.disable()
    try:
        session = Session()
        engine.show(copy, "ada")
        engine._storage.most_bytes = 1000
        wait_until(lambda: engine.standing().stored_bytes > 1000, "the folder is measured")
        del session
        wait_until(lambda: engine.standing().stored_runs == 0, "room is made", seconds=60)
        assert not copy.folder.exists()
    finally:
        gc.enable()
        engine.close()
