"""The diagnosis of a run from its folder."""

from pathlib import Path

import numpy as np

from core.config import RunConfig
from core.lessons.run_diagnosis import course_of, diagnosis_of
from core.runs import Run, Snapshot


def test_a_snapshot_that_has_gone_since_it_was_listed_is_no_damage(tmp_path: Path) -> None:
    config, places = RunConfig(digits=4), np.arange(200)
    run = Run(tmp_path / config.key)
    run.begin(config)
    run.write_arrays(
        "sample.safetensors", {"indices": places, "labels": places % 4, "in_test": np.array([False])}
    )
    assert course_of(run) is None and diagnosis_of(run) is None
    for step in (0, 20):
        run.write_snapshot(Snapshot(step, np.random.default_rng(step).normal(size=(200, 2))), {})
    assert diagnosis_of(run) is not None
    (run.folder / "frames" / "000040.npy").symlink_to("gone")
    course = course_of(run)
    assert course is not None and course.steps == [0, 20]
    assert diagnosis_of(run) is None
