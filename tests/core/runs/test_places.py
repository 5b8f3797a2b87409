"""Where a run is found: trained here, or shipped with the app."""

import shutil
from dataclasses import replace

import pytest

from core.config import PRESETS, RunConfig
from core.runs import (
    Run,
    example_run,
    place_for,
    run_at,
    shipped_run,
)
from core.training.pipeline import train_and_measure


@pytest.mark.parametrize("key", ["", "..", "0" * 63, "0" * 65, "../" + "0" * 61, "g" * 64, "A" * 64])
def test_an_invalid_key_never_becomes_a_path(key):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        run_at(key)


def test_the_shipped_run_has_the_default_config_and_is_whole(runs_folder):
    shipped = run_at(PRESETS["fast"].key)
    assert "assets" in shipped.folder.parts
    assert shipped.config() == PRESETS["fast"] == RunConfig()
    shipped.check()
    size = sum(path.stat().st_size for path in shipped.folder.rglob("*") if path.is_file())
    assert size <= 3_000_000


@pytest.mark.whole_training
def test_the_shipped_run_is_reproduced_by_training_now(finished, runs_folder):
    # figures and not bits, since another machine may round differently
    shipped = run_at(PRESETS["fast"].key)
    run = Run(runs_folder / "again")
    run.begin(PRESETS["fast"])
    train_and_measure(run)
    ours, theirs = run.evaluation().values, shipped.evaluation().values
    assert ours == pytest.approx(theirs, abs=0.05)


def test_a_run_trained_here_has_priority_over_the_shipped_one(runs_folder):
    place_for(PRESETS["fast"]).begin(PRESETS["fast"])
    assert run_at(PRESETS["fast"].key).folder.parent == runs_folder


def test_the_example_is_the_shipped_run_until_it_is_trained_here_and_whole(runs_folder):
    shipped = shipped_run()
    assert example_run() == shipped
    own = place_for(PRESETS["fast"])
    own.begin(PRESETS["fast"])
    assert example_run() == shipped  # not before it is done
    shutil.rmtree(own.folder)
    shutil.copytree(shipped.folder, own.folder)
    assert example_run() == own
    own.write_status(replace(own.status(), updated=own.status().updated + 1))
    (own.folder / "figures.json").write_text("{}")
    assert example_run() == shipped
