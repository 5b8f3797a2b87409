"""A run's diagnosis, from what lies in its folder."""

from dataclasses import dataclass

from core.lessons.diagnosis import Diagnosis, Shape, diagnose, shapes_of
from core.runs import Progress, Run

# What a training says that ended because its loss was no longer a number: core/training/trainer.py.
NO_NUMBER = "no longer a number"


@dataclass(frozen=True)
class Course:
    """reports: all so far. steps and shapes [s]: of the embedding at each snapshot. diagnosis: by the last one."""

    reports: list[Progress]
    steps: list[int]
    shapes: list[Shape]
    diagnosis: Diagnosis


def course_of(run: Run) -> Course | None:
    """How a run has gone so far; None where it has kept no snapshots, as the shipped one, or none yet.

    Raises RunDamaged where the folder cannot be read.
    """
    steps = run.snapshot_steps()
    if not steps:
        return None
    labels = run.sample().labels
    snapshots = [run.snapshot(step).embeddings for step in steps]
    status, reports = run.status(), run.progress()
    found = diagnose(
        run.config(),
        reports,
        snapshots[0],
        snapshots[-1],
        labels,
        broken_off=status.state == "failed" and NO_NUMBER in status.message,
    )
    return Course(reports, steps, [*shapes_of(snapshots, labels)[:-1], found.shape], found)


def diagnosis_of(run: Run) -> Diagnosis | None:
    """The diagnosis of `course_of`, without what it does not need."""
    steps = run.snapshot_steps()
    if not steps:
        return None
    status = run.status()
    return diagnose(
        run.config(),
        run.progress(),
        run.snapshot(steps[0]).embeddings,
        run.snapshot(steps[-1]).embeddings,
        run.sample().labels,
        broken_off=status.state == "failed" and NO_NUMBER in status.message,
    )
