"""Training on real digits: the same twice, better than before, and honest about validation."""

import copy
import dataclasses
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score
from torch.optim.optimizer import register_optimizer_step_pre_hook

from core import settings
from core.batches.sampling import ByClass, batches, validation_batches
from core.clustering.kmeans import assign, kmeans
from core.config import PRESETS, RunConfig
from core.data import Dataset, Split
from core.encoders.encoder import Encoder, build, embed
from core.losses import LOSSES
from core.miners import MINERS
from core.runs import HELD_OUT, Sample
from core.training import Cancelled, TrainingFailed, snapshot_steps, train
from core.training.loop import SNAPSHOTS
from core.training.sample import SAMPLE, choose_sample
from core.training.trainer import start_learned
from tests.core.losses.oracles import ORACLES
from tests.core.miners import oracles as mining_oracles
from tests.core.trainings import (
    SOME,
    TEN_STEPS,
    Recorder,
    Weights,
    fingerprint,
    first,
    identical,
    train_anew,
    trained,
)

QUICK = RunConfig(epochs=1)
ONE_OF_EACH = [
    RunConfig(
        epochs=1,
        loss=name,
        sampling="sampled" if entry.takes == "triplets" else "all",
        embedding_dims=8 if entry.normalised else 2,  # on a circle some learn too slowly for 45 steps
    )
    for name, entry in LOSSES.items()
]


@pytest.fixture(scope="module")
def some() -> Dataset:
    """The first 10,000 and 3,000 images: 45 steps of 200 an epoch beside the 1,000 held out."""
    return first(SOME)


def weights_of(config: RunConfig, data: Dataset) -> Weights:
    return train_anew(config, data).weights


def starts_alike(config: RunConfig, images: int = SOME) -> bool:
    """Whether the first ten steps, done again, are bit for bit those of the remembered training."""
    again = train_anew(config, first(images), TEN_STEPS)
    remembered = trained(config, images).snapshots[: len(again.snapshots)]
    assert again.snapshots[-1].step >= 8
    return all(
        one.step == other.step
        and one.weights == other.weights
        and np.array_equal(one.embeddings, other.embeddings)
        for one, other in zip(remembered, again.snapshots, strict=True)
    )


def ends_alike(config: RunConfig, images: int = SOME) -> bool:
    """Whether a training, done again, ends with the weights of the remembered one, bit for bit."""
    return identical(trained(config, images).weights, train_anew(config, first(images)).weights)


@pytest.fixture
def rates() -> Iterator[list[float]]:
    """The learning rate of every optimizer step that is taken while this is in use."""
    seen: list[float] = []
    handle = register_optimizer_step_pre_hook(
        lambda optimizer, *_: seen.append(optimizer.param_groups[0]["lr"])
    )
    yield seen
    handle.remove()


@pytest.mark.parametrize("config", ONE_OF_EACH, ids=lambda config: config.loss)
def test_the_same_config_gives_the_same_weights_bit_for_bit(config: RunConfig) -> None:
    assert starts_alike(config)


def test_another_seed_gives_other_weights(some: Dataset) -> None:
    assert not identical(trained(QUICK).weights, weights_of(dataclasses.replace(QUICK, seed=1), some))


def test_what_else_chance_has_been_used_for_in_the_process_does_not_matter(some: Dataset) -> None:
    torch.manual_seed(99)
    np.random.seed(99)
    assert identical(trained(QUICK).weights, weights_of(QUICK, some))


HASH_OF_A_RUN = """
from core.config import RunConfig
from tests.core.trainings import fingerprint, first, train_anew
print(fingerprint(train_anew(RunConfig(epochs=1), first(10_000)).weights))
"""


def test_another_process_gives_the_same_weights_bit_for_bit() -> None:
    there = subprocess.run(
        [sys.executable, "-c", HASH_OF_A_RUN],
        check=True,
        capture_output=True,
        text=True,
        cwd=settings.PROJECT,
    )
    assert there.stdout.strip() == fingerprint(trained(QUICK).weights)


@pytest.mark.parametrize("config", ONE_OF_EACH, ids=lambda config: config.loss)
def test_each_loss_is_lowered_within_an_epoch_and_below_that_of_a_collapsed_network(
    config: RunConfig,
) -> None:
    measured = trained(config).validation_losses
    # a quarter of the way down from the start, and as far below the line of those who know nothing
    assert measured[-1] < measured[0] - 0.1 * abs(measured[0])
    assert measured[-1] < config.collapsed - 0.1 * abs(config.collapsed)


@pytest.mark.parametrize("config", [QUICK, PRESETS["tutorial"]], ids=["all pairs", "drawn pairs"])
def test_the_first_step_costs_what_a_loop_over_its_real_images_gives(
    some: Dataset, config: RunConfig
) -> None:
    """Images, labels and pairs meet as they should: rebuilt from the untrained encoder and the sampler."""
    begun = train_anew(dataclasses.replace(config, epochs=1), some, stop_before=2)
    fitted = np.setdiff1d(np.arange(SOME), begun.sample.indices[: begun.sample.validating])
    images, labels = some.train.images[fitted], some.train.labels[fitted]
    batch = next(batches(config, ByClass(labels), np.random.default_rng(config.seed)))
    points = embed(build(config), torch.from_numpy(images[batch.images])).tolist()
    pairs = None if batch.tuples is None else list(zip(*(p.tolist() for p in batch.tuples), strict=True))
    expected = ORACLES[config.loss](points, labels[batch.images].tolist(), config.loss_parameters, pairs)
    assert begun.reports[0].step == 1
    assert begun.reports[0].terms == pytest.approx(expected, rel=1e-4)


def test_reports_come_in_order_to_the_last_step_and_their_terms_add_up() -> None:
    reports = train_anew(RunConfig(epochs=3), first(3000)).reports
    steps = [report.step for report in reports]
    assert steps == sorted(set(steps)) and steps[-1] == 30 == reports[-1].steps
    for report in reports:
        assert report.loss == pytest.approx(sum(report.terms.values()), rel=1e-5)
        assert report.epoch == math.ceil(report.step / 10) and report.steps == 30
    seconds = [report.seconds for report in reports]
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("step", [1, 17])
def test_a_request_to_stop_is_obeyed_before_the_next_step(
    some: Dataset, rates: list[float], step: int
) -> None:
    recorder = Recorder(stop_before=step)
    with pytest.raises(Cancelled):
        train(QUICK, some, recorder)
    assert len(rates) == step - 1
    assert all(report.step < step for report in recorder.reports)
    assert all(snapshot.step < step for snapshot in recorder.snapshots)


def test_weights_beyond_all_bounds_end_the_run_with_a_sentence(some: Dataset) -> None:
    """No config that is let in was found to grow so far: this one goes round the border on purpose."""
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
def test_the_highest_learning_rate_ends_in_a_number_or_in_that_sentence(name: str, margin: float) -> None:
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


def validation_loss(
    config: RunConfig, sample: Sample, embeddings: np.ndarray, learned: Mapping[str, Any] | None = None
) -> float:
    """Over the fixed batches of the sample, with the slow loop."""
    given = {**config.loss_parameters, **(learned or {})}
    means = []
    labels_of_sample = sample.labels[: sample.validating]
    for batch in validation_batches(config, ByClass(labels_of_sample), np.random.default_rng(SAMPLE)):
        tuples = None if batch.tuples is None else list(zip(*(p.tolist() for p in batch.tuples), strict=True))
        points, labels = embeddings[batch.images].tolist(), sample.labels[batch.images].tolist()
        means.append(sum(ORACLES[config.loss](points, labels, given, tuples).values()))
    return sum(means) / len(means)


NOTEBOOK = dataclasses.replace(PRESETS["notebook"], batch_size=128, patience=64, learning_rate=0.01)


@pytest.mark.whole_training
@pytest.mark.parametrize(
    "config",
    [NOTEBOOK, RunConfig(batch_size=100, epochs=6, learning_rate=0.01, patience=60)],
    ids=["notebook", "held out"],
)
def test_early_stopping_keeps_the_weights_with_the_best_validation_loss(
    some: Dataset, config: RunConfig
) -> None:
    run = train_anew(config, some)
    check_every = math.ceil(4096 / config.batch_size)
    checks = [r for r in run.reports if r.step % check_every == 0]
    losses = [r.validation_loss for r in checks]
    best = checks[int(np.argmin(np.array(losses, float)))]
    assert run.step == best.step
    split = some.test if run.sample.split == "test" else some.train
    embeddings = embed(run.encoder, torch.from_numpy(split.images[run.sample.indices])).numpy()
    assert best.validation_loss == pytest.approx(validation_loss(config, run.sample, embeddings), rel=1e-4)
    # it went on as long as the last improvement was less than `patience` batches ago, and no longer
    waits = [
        r.step - checks[int(np.argmin(np.array(losses[: n + 1], float)))].step for n, r in enumerate(checks)
    ]
    assert all(wait < config.patience for wait in waits[:-1])
    assert run.stopped_early == (waits[-1] >= config.patience)
    if config is NOTEBOOK:
        assert run.stopped_early and run.reports[-1].step < run.reports[-1].steps
    # what is kept is also the last thing that was shown
    assert run.snapshots[-1].step == run.step
    assert run.snapshots[-1].weights == fingerprint(run.weights)


def test_a_patience_that_is_never_exhausted_trains_to_the_end(some: Dataset) -> None:
    run = train_anew(dataclasses.replace(QUICK, patience=1000), some)
    assert not run.stopped_early and run.reports[-1].step == run.reports[-1].steps == 45


def test_without_patience_the_last_weights_are_kept() -> None:
    run = trained(QUICK)
    assert run.step == 45 and not run.stopped_early
    assert run.snapshots[-1].step == 45
    assert run.snapshots[-1].weights == fingerprint(run.weights)


@pytest.mark.parametrize("steps", [1, 2, 3, 14, 40, 290, 580, 2900, 3_000_000])
def test_snapshots_are_at_most_15_from_0_to_the_end_and_dense_at_first(steps: int) -> None:
    taken = sorted(snapshot_steps(steps))
    assert taken[0] == 0 and taken[-1] == steps and len(taken) <= SNAPSHOTS == 15
    gaps = np.diff(taken)
    assert (np.diff(gaps) >= -1).all()  # rounding may take one back
    if steps >= 290:
        assert len(taken) >= 12


class KeepsEncoders(Recorder):
    """Which keeps the weights of each snapshot as well."""

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


def poisoned(split: Split, rows: np.ndarray) -> Split:
    """With other images and other labels in `rows`: nobody who looks at them could miss it."""
    images, labels = split.images.copy(), split.labels.copy()
    images[rows] = 255 - images[rows]
    labels[rows] = (labels[rows] + 1) % 10
    return Split(images, labels)


def test_held_out_images_and_test_images_are_never_trained_on(some: Dataset) -> None:
    untouched = trained(QUICK)
    assert untouched.sample.split == "train"
    held_out = untouched.sample.indices[: untouched.sample.validating]
    data = Dataset(poisoned(some.train, held_out), poisoned(some.test, np.arange(3000)))
    assert identical(untouched.weights, weights_of(QUICK, data))
    # and the poison does work: a single image of the others changes the weights
    trained_on = np.setdiff1d(np.arange(SOME), held_out)[:200]
    data = Dataset(poisoned(some.train, trained_on), some.test)
    assert not identical(untouched.weights, weights_of(QUICK, data))


def test_validation_on_test_images_trains_on_all_training_images_and_on_no_test_image() -> None:
    config, data = dataclasses.replace(QUICK, validation="test"), first(4000)
    untouched = train_anew(config, data)
    assert untouched.sample.split == "test"
    assert untouched.reports[-1].steps == 4000 // 200
    data = Dataset(data.train, poisoned(data.test, np.arange(3000)))
    assert identical(untouched.weights, weights_of(config, data))


@pytest.mark.parametrize("validation", ["held_out", "test"])
@pytest.mark.parametrize("digits", [2, 10])
def test_the_sample_is_2000_different_images_of_the_classes_the_same_for_every_seed(
    mnist: Dataset, validation: str, digits: int
) -> None:
    config = RunConfig(validation=validation, digits=digits)
    train_split, test_split = mnist.train.first_classes(digits), mnist.test.first_classes(digits)
    sample = choose_sample(config, train_split, test_split)
    split = test_split if validation == "test" else train_split
    assert sample.split == ("test" if validation == "test" else "train")
    assert len(sample.indices) == len(set(sample.indices.tolist())) == SAMPLE == 2000
    assert sample.validating == (SAMPLE if validation == "test" else HELD_OUT)
    assert np.array_equal(sample.labels, split.labels[sample.indices])
    assert set(sample.labels.tolist()) == set(range(digits))
    other = choose_sample(dataclasses.replace(config, seed=7), train_split, test_split)
    assert np.array_equal(sample.indices, other.indices)
    # spread over the whole split, not its first or last images
    assert abs(sample.indices.mean() / len(split.labels) - 0.5) < 0.05


def test_images_of_classes_that_do_not_take_part_are_not_looked_at(some: Dataset) -> None:
    config = dataclasses.replace(QUICK, digits=3)
    others = np.flatnonzero(some.train.labels >= 3)
    images = some.train.images.copy()
    images[others] = 255 - images[others]
    data = Dataset(Split(images, some.train.labels), some.test)
    assert identical(trained(config).weights, weights_of(config, data))


def test_one_cycle_rises_to_the_learning_rate_and_falls_to_next_to_nothing(
    some: Dataset, rates: list[float]
) -> None:
    train(RunConfig(epochs=2, learning_rate=0.004), some, Recorder())
    assert len(rates) == 90
    peak = int(np.argmax(rates))
    assert rates[peak] == pytest.approx(0.004) and 0.1 < peak / 90 < 0.3
    assert (np.diff(rates[: peak + 1]) > 0).all() and (np.diff(rates[peak:]) < 0).all()
    assert rates[0] < 0.004 / 4 and rates[-1] < 0.004 / 1000


@pytest.mark.parametrize("steps", [1, 2, 9, 10, 11])
def test_the_shortest_trainings_end_too(steps: int) -> None:
    run = train_anew(RunConfig(epochs=1, batch_size=50), first(HELD_OUT + 50 * steps))
    assert run.step == run.reports[-1].steps == steps


def test_a_constant_rate_is_the_learning_rate_at_every_step(rates: list[float]) -> None:
    train(RunConfig(epochs=1, learning_rate=0.004, schedule="constant"), first(3000), Recorder())
    assert rates == [0.004] * 10


# of the first 30,000 images about 6,000 are zeros and ones
@pytest.mark.parametrize(("batch_size", "images"), [(4, 6000), (4096, 30_000)])
@pytest.mark.parametrize("loss", ["contrastive", "pair_hinge_triplet"])
def test_the_smallest_and_the_largest_batch_train_with_two_classes(
    loss: str, batch_size: int, images: int
) -> None:
    config = RunConfig(loss=loss, batch_size=batch_size, sampling="sampled", digits=2, epochs=1)
    run, tested = train_anew(config, first(images)), first(images).test.images[:100]
    assert run.reports[-1].step == run.reports[-1].steps == run.step > 0
    assert torch.isfinite(embed(run.encoder, torch.from_numpy(tested))).all()


def test_training_takes_one_thread(some: Dataset) -> None:
    """Two processes of one thread each are faster than two of two, and sums keep their order."""
    torch.set_num_threads(2)
    train_anew(QUICK, some, stop_before=1)
    assert torch.get_num_threads() == 1


@pytest.mark.whole_training
@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_of_the_registry_learns_the_digits_in_8_dimensions(name: str) -> None:
    """Test ARI at least 0.5 from half of MNIST within five epochs: one is enough."""
    config = RunConfig(
        loss=name,
        embedding_dims=8,
        epochs=1,
        batch_size=100,
        sampling="sampled" if LOSSES[name].takes == "triplets" else "all",
    )
    data = first(30_000)
    encoder = train_anew(config, data).encoder
    train_points, test_points = (
        embed(encoder, torch.from_numpy(images)).numpy()
        for images in (data.train.images[:SOME], data.test.images)
    )
    if config.normalised:
        assert np.linalg.norm(test_points, axis=1) == pytest.approx(1, abs=1e-5)
    clusters = kmeans(train_points, 10)
    found = adjusted_rand_score(data.test.labels, assign(test_points, clusters.centroids))
    assert found >= 0.5


@pytest.mark.parametrize(
    "config",
    [config for config in ONE_OF_EACH if LOSSES[config.loss].learned],
    ids=lambda config: config.loss,
)
def test_what_a_loss_learns_beside_the_encoder_moves_and_is_handed_back(
    some: Dataset, config: RunConfig
) -> None:
    learned, started = trained(config).learned, start_learned(config)
    assert set(learned) == set(started)
    for field, value in learned.items():
        assert value.shape == tuple(started[field].shape) and value.shape[0] == 10
        assert not np.array_equal(value, started[field].detach().numpy())
    again = train(config, some, Recorder()).learned
    assert not any(tensor.requires_grad for tensor in again.values())
    assert identical(learned, {name: tensor.numpy() for name, tensor in again.items()})


def test_a_loss_without_anything_to_learn_hands_back_nothing() -> None:
    assert trained(QUICK).learned == {}


@pytest.mark.whole_training
def test_early_stopping_keeps_the_proxies_of_the_same_step_as_the_weights(some: Dataset) -> None:
    config = RunConfig(
        loss="proxy_anchor", embedding_dims=8, epochs=4, learning_rate=0.05, schedule="constant", patience=22
    )
    run = train_anew(config, some)
    best = min(r.validation_loss for r in run.reports if r.validation_loss is not None and r.step % 21 == 0)
    embeddings = embed(run.encoder, torch.from_numpy(some.train.images[run.sample.indices])).numpy()
    learned = {name: value.tolist() for name, value in run.learned.items()}
    found = validation_loss(config, run.sample, embeddings, learned)
    assert found == pytest.approx(best, rel=1e-4)


MINED = [
    *(RunConfig(epochs=1, loss="triplet_margin", miner=miner, batch_size=60) for miner in MINERS),
    RunConfig(epochs=1, loss="contrastive", miner="semi_hard", batch_size=60),
]


@pytest.mark.parametrize("config", MINED, ids=lambda config: f"{config.miner}, {config.loss}")
def test_training_with_a_miner_is_the_same_twice_and_tells_the_active_share(config: RunConfig) -> None:
    assert ends_alike(config, 4000)
    shares = [report.active for report in trained(config, 4000).reports]
    assert all(share is not None and 0 <= share <= 1 for share in shares)
    # less is left to learn at the end, but for the hardest of all, of which nearly all stay wrong for long
    if config.miner != "batch_hard":
        assert shares[-1] < shares[0]  # type: ignore[operator]


def test_the_first_step_with_a_miner_costs_what_a_loop_over_its_triplets_gives(some: Dataset) -> None:
    config = RunConfig(loss="triplet_margin", miner="batch_hard", epochs=1, batch_size=50)
    begun = train_anew(config, some, stop_before=2)
    fitted = np.setdiff1d(np.arange(SOME), begun.sample.indices[: begun.sample.validating])
    images, labels = some.train.images[fitted], some.train.labels[fitted]
    batch = next(batches(config, ByClass(labels), np.random.default_rng(config.seed)))
    points = embed(build(config), torch.from_numpy(images[batch.images])).tolist()
    classes = labels[batch.images].tolist()
    chosen = sorted(mining_oracles.batch_hard(points, classes, 1.0))
    expected = ORACLES["triplet_margin"](points, classes, {"margin": 1.0}, chosen)
    assert begun.reports[0].terms == pytest.approx(expected, rel=1e-4)
    pairs = [(a, p) for a, p, _ in chosen] + [(a, n) for a, _, n in chosen]
    begun = train_anew(dataclasses.replace(config, loss="contrastive"), some, stop_before=2)
    expected = ORACLES["contrastive"](points, classes, {"margin": 1.0}, pairs)
    assert begun.reports[0].terms == pytest.approx(expected, rel=1e-4)


def test_without_a_miner_the_active_share_is_told_at_the_snapshots() -> None:
    for report in trained(QUICK).reports:
        assert (report.active is not None) == (report.step in snapshot_steps(45))


VIEWED = [
    RunConfig(epochs=1, loss="nt_xent", embedding_dims=8, batch_size=50, views=1.0),
    RunConfig(epochs=1, loss="nt_xent", embedding_dims=8, batch_size=50, views=0.5),
    RunConfig(epochs=1, batch_size=50, views=1.0, sampling="sampled"),
]


@pytest.mark.parametrize("config", VIEWED, ids=["all views", "half views", "drawn pairs of views"])
def test_views_train_the_same_twice_and_lower_the_loss(config: RunConfig) -> None:
    assert ends_alike(config, 3000)
    measured = trained(config, 3000).validation_losses
    assert measured[-1] < 0.9 * measured[0] and measured[-1] < 0.9 * config.collapsed


def test_with_views_of_every_image_no_label_is_looked_at() -> None:
    few = first(3000)
    labels = np.random.default_rng(0).permutation(few.train.labels)
    others = Dataset(Split(few.train.images, labels), few.test)
    for config in VIEWED:
        begun = train_anew(config, others, TEN_STEPS).snapshots
        as_with_the_right_ones = begun[-1].weights == trained(config, 3000).snapshots[len(begun) - 1].weights
        assert as_with_the_right_ones == (config.views == 1)


def test_wrong_labels_are_those_of_the_seed_and_spoil_what_is_learned() -> None:
    wrong = [dataclasses.replace(QUICK, wrong_labels=0.5, seed=seed) for seed in range(2)]
    assert ends_alike(wrong[0])
    for config in wrong:  # the validation's labels are the right ones
        right = trained(dataclasses.replace(config, wrong_labels=0.0))
        assert trained(config).validation_losses[-1] > 1.25 * right.validation_losses[-1]


def test_balanced_batches_train_the_same_twice() -> None:
    config = dataclasses.replace(QUICK, sampler="balanced", classes_per_batch=5)
    assert ends_alike(config)
    assert not identical(trained(config).weights, trained(QUICK).weights)


NEVER_7 = dataclasses.replace(QUICK, held_out_class="7")


def test_a_class_that_is_never_shown_changes_nothing_by_its_images(some: Dataset) -> None:
    """Neither the weights nor the validation loss hear of them; the sample, which is watched, holds them."""
    untouched = trained(NEVER_7)
    sevens = np.flatnonzero(some.train.labels == 7)
    images = some.train.images.copy()
    images[sevens] = 255 - images[sevens]
    blind = train_anew(NEVER_7, Dataset(Split(images, some.train.labels), some.test))
    assert identical(untouched.weights, blind.weights)
    assert [report.loss for report in untouched.reports] == [report.loss for report in blind.reports]
    assert untouched.validation_losses == blind.validation_losses
    assert 7 in untouched.sample.labels
    # the images of another class are seen
    images[some.train.labels == 3] = 255 - images[some.train.labels == 3]
    seen = weights_of(NEVER_7, Dataset(Split(images, some.train.labels), some.test))
    assert not identical(untouched.weights, seen)


def test_a_class_that_is_never_shown_leaves_fewer_steps_and_another_run(some: Dataset) -> None:
    run = trained(NEVER_7)
    fitted = np.setdiff1d(np.arange(SOME), run.sample.indices[: run.sample.validating])
    assert run.reports[-1].steps == np.count_nonzero(some.train.labels[fitted] != 7) // 200
    assert run.reports[-1].steps < trained(QUICK).reports[-1].steps


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_without_one_class(loss: str) -> None:
    sampling = "sampled" if LOSSES[loss].takes == "triplets" else "all"
    config = RunConfig(epochs=1, loss=loss, sampling=sampling, batch_size=100, held_out_class="0", patience=5)
    run = train_anew(config, first(2000))
    assert run.weights and all(math.isfinite(report.loss) for report in run.reports)
