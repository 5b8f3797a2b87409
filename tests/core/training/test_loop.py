"""The training loop: reports, snapshots, cancelling, divergence, and the shortest trainings."""

import copy
import dataclasses
import math

import numpy as np
import pytest
import torch

from core.config import RunConfig
from core.data import Dataset
from core.encoders.encoder import Encoder, build, embed
from core.losses import LOSSES
from core.runs import HELD_OUT
from core.training import Cancelled, TrainingFailed, snapshot_steps, train
from core.training.loop import SNAPSHOTS, _Pace
from tests.core.training.shared import QUICK, validation_loss
from tests.core.trainings import (
    Recorder,
    first,
    train_again,
    trained,
)


def test_reports_are_in_order_up_to_the_last_step_and_their_terms_add_up() -> None:
    reports = train_again(RunConfig(epochs=3), first(3000)).reports
    steps = [report.step for report in reports]
    assert steps == sorted(set(steps)) and steps[-1] == 30 == reports[-1].steps
    for report in reports:
        assert report.loss == pytest.approx(sum(report.terms.values()), rel=1e-5)
        assert report.epoch == math.ceil(report.step / 10) and report.steps == 30
    seconds = [report.seconds for report in reports]
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("step", [1, 17])
def test_a_cancelled_training_stops_before_the_next_step(
    some: Dataset, rates: list[float], step: int
) -> None:
    recorder = Recorder(stop_before=step)
    with pytest.raises(Cancelled):
        train(QUICK, some, recorder)
    assert len(rates) == step - 1
    assert all(report.step < step for report in recorder.reports)
    assert all(snapshot.step < step for snapshot in recorder.snapshots)


def test_diverging_weights_end_the_run_with_a_message(some: Dataset) -> None:
    """No valid config was found to diverge that far, so this one bypasses validation."""
    config = RunConfig(schedule="constant")
    object.__setattr__(config, "learning_rate", 1e30)
    recorder = Recorder()
    with pytest.raises(
        TrainingFailed, match=r"At step \d+ the loss was no longer a number.*Take a lower learning rate\."
    ):
        train(config, some, recorder)
    assert all(math.isfinite(report.loss) for report in recorder.reports)


@pytest.mark.parametrize(
    ("name", "margin"),
    [(name, m) for name in LOSSES for m in ([0.0, 5.0] if "margin" in LOSSES[name].parameters else [1.0])],
)
def test_the_highest_learning_rate_ends_finite_or_with_that_message(name: str, margin: float) -> None:
    config = RunConfig(
        loss=name,
        margin=margin,
        sampling="all" if LOSSES[name].takes == "batch" else "sampled",
        batch_size=50,
        learning_rate=1.0,
        epochs=1,
        schedule="constant",
    )
    data = first(3000)  # 40 steps
    try:
        encoder = train(config, data, Recorder()).encoder
    except TrainingFailed:
        return
    assert torch.isfinite(embed(encoder, torch.from_numpy(data.test.images))).all()


@pytest.mark.parametrize("steps", [1, 2, 3, 14, 40, 290, 580, 2900, 3_000_000])
def test_snapshots_are_at_most_15_from_0_to_the_end_and_denser_at_the_start(steps: int) -> None:
    taken = sorted(snapshot_steps(steps))
    assert taken[0] == 0 and taken[-1] == steps and len(taken) <= SNAPSHOTS == 15
    gaps = np.diff(taken)
    assert (np.diff(gaps) >= -1).all()  # rounding may take one back
    if steps >= 290:
        assert len(taken) >= 12


class KeepsEncoders(Recorder):
    """Also keeps the weights of each snapshot."""

    def __init__(self) -> None:
        super().__init__()
        self.encoders: list[Encoder] = []

    def snapshot(self, step: int, embeddings: np.ndarray, encoder: Encoder) -> None:
        super().snapshot(step, embeddings, encoder)
        self.encoders.append(copy.deepcopy(encoder))


def test_a_snapshot_is_the_sample_embedded_with_the_weights_of_its_step(some: Dataset) -> None:
    recorder = KeepsEncoders()
    train(QUICK, some, recorder)
    assert recorder.sample is not None
    assert [snapshot.step for snapshot in recorder.snapshots] == sorted(snapshot_steps(45))
    images = torch.from_numpy(some.train.images[recorder.sample.indices])
    untrained = build(QUICK).state_dict()
    assert all(
        torch.equal(tensor, untrained[name]) for name, tensor in recorder.encoders[0].state_dict().items()
    )
    for snapshot, encoder in zip(recorder.snapshots, recorder.encoders, strict=True):
        assert np.array_equal(snapshot.embeddings, embed(encoder, images).numpy())
    by_step = {report.step: report.validation_loss for report in recorder.reports}
    for snapshot in (recorder.snapshots[1], recorder.snapshots[-1]):
        found = validation_loss(QUICK, recorder.sample, snapshot.embeddings)
        assert by_step[snapshot.step] == pytest.approx(found, rel=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 9, 10, 11])
def test_the_shortest_trainings_finish(steps: int) -> None:
    run = train_again(RunConfig(epochs=1, batch_size=50), first(HELD_OUT + 50 * steps))
    assert run.step == run.reports[-1].steps == steps


# of the first 30,000 images about 6,000 are zeros and ones
@pytest.mark.parametrize(("batch_size", "images"), [(4, 6000), (4096, 30_000)])
@pytest.mark.parametrize("loss", ["contrastive", "pair_hinge_triplet"])
def test_the_smallest_and_the_largest_batch_train_with_two_classes(
    loss: str, batch_size: int, images: int
) -> None:
    config = RunConfig(loss=loss, batch_size=batch_size, sampling="sampled", digits=2, epochs=1)
    run, tested = train_again(config, first(images)), first(images).test.images[:100]
    assert run.reports[-1].step == run.reports[-1].steps == run.step > 0
    assert torch.isfinite(embed(run.encoder, torch.from_numpy(tested))).all()


def test_training_uses_one_thread(some: Dataset) -> None:
    """Two processes of one thread are faster than two of two, and sums keep their order."""
    torch.set_num_threads(2)
    train_again(QUICK, some, stop_before=1)
    assert torch.get_num_threads() == 1


def test_a_training_that_cannot_end_in_time_ends_after_four_steps_with_the_reason(
    some: Dataset, rates: list[float]
) -> None:
    recorder = Recorder()
    with pytest.raises(TrainingFailed, match=r"After 4 of 45 steps .* Take a larger batch, fewer epochs"):
        train(QUICK, some, recorder, deadline=1e-9)
    assert len(rates) == 4
    train(QUICK, some, Recorder(), deadline=1e9)


def test_a_training_that_may_stop_early_is_not_ended_for_its_number_of_steps(some: Dataset) -> None:
    train(dataclasses.replace(QUICK, patience=1000), some, Recorder(), deadline=1e-9)


def test_the_time_left_is_told_after_four_steps_and_is_0_at_the_end() -> None:
    reports = trained(QUICK).reports
    assert [report.left is None for report in reports] == [report.step < 4 for report in reports]
    assert reports[-1].left == 0
    assert all(report.left > 0 for report in reports[:-1] if report.left is not None)


def test_the_time_left_follows_from_the_steps_alone_without_the_start_and_the_first_step() -> None:
    """At first the start, the snapshots and loading libraries take longer than all steps."""
    pace = _Pace()
    for seconds in (5.0, 0.1, 0.2):
        pace.add(seconds)
    assert pace.left(10, 0.0) is None
    pace.add(0.3)
    assert pace.left(10, 0.0) == pytest.approx(2.0)
    assert pace.left(10, 0.05) == pytest.approx(2.5)
    assert pace.fastest == 0.1
