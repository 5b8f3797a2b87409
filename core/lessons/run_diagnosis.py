"""The diagnosis of a run, from the files in its folder."""

from dataclasses import dataclass

from core.lessons.diagnosis import Diagnosis, diagnose
from core.lessons.embedding_shape import Shape, shapes_of
from core.runs import Progress, Run

# Part of the message of a run whose loss was no longer a number: core/training/trainer.py.
NO_NUMBER = "no longer a number"


@dataclass(frozen=True)
class Course:
    """reports: all so far. steps and shapes [s]: of the embedding at each snapshot. diagnosis: at the last
    one."""

    reports: list[Progress]
    steps: list[int]
    shapes: list[Shape]
    diagnosis: Diagnosis


def course_of(run: Run) -> Course | None:
    """The course of a run so far; None if it has no snapshots, like the shipped run, or none yet.

    Raises RunDamaged if the folder cannot be read.
    """
    found = run.snapshots()
    if not found:
        return None
    steps, snapshots = [each.step for each in found], [each.embeddings for each in found]
    labels = run.sample().labels
    status, reports = run.status(), run.progress()
    diagnosis = diagnose(
        run.config(),
        reports,
        snapshots[0],
        snapshots[-1],
        labels,
        aborted=status.state == "failed" and NO_NUMBER in status.message,
    )
    return Course(reports, steps, [*shapes_of(snapshots, labels)[:-1], diagnosis.shape], diagnosis)


def diagnosis_of(run: Run) -> Diagnosis | None:
    """The diagnosis of `course_of`, read from the first and the last snapshot alone."""
    steps = run.snapshot_steps()
    ends = run.snapshots(steps[:1] + steps[-1:])
    if len(ends) < 2:  # none yet, or one has gone since it was listed
        return None
    status = run.status()
    return diagnose(
        run.config(),
        run.progress(),
        ends[0].embeddings,
        ends[1].embeddings,
        run.sample().labels,
        aborted=status.state == "failed" and NO_NUMBER in status.message,
    )
