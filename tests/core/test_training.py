"""Training on real digits: the same twice, better than before, and honest about validation."""

import dataclasses
import hashlib
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from core.config import PRESETS, RunConfig
from core.data import Dataset, Split
from core.encoder import Encoder, build, embed
from core.losses import LOSSES
from core.measures.kmeans import assign, kmeans
from core.measures.metrics import adjusted_rand_index
from core.miners import MINERS
from core.sampling import ByClass, batches, validation_batches
from core.training import (
    HELD_OUT,
    SAMPLE,
    SNAPSHOTS,
    Cancelled,
    Report,
    Sample,
    Trained,
    TrainingFailed,
    choose_sample,
    snapshot_steps,
    start_learned,
    train,
)
from tests.core.losses.oracles import ORACLES
from tests.core.miners import oracles as mining_oracles

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


class Recorder:
    """A watcher that keeps all it hears, and asks to stop before a certain step."""

    def __init__(self, stop_before: int | None = None) -> None:
        self.sample: Sample | None = None
        self.reports: list[Report] = []
        self.snapshots: list[tuple[int, np.ndarray, dict[str, torch.Tensor]]] = []
        self.asked = 0
        self.stop_before = stop_before

    def begin(self, sample: Sample) -> None:
        assert self.sample is None and not self.reports and not self.snapshots
        self.sample = sample

    def report(self, report: Report) -> None:
        self.reports.append(report)

    def snapshot(self, step: int, embeddings: np.ndarray, encoder: Encoder) -> None:
        weights = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
        self.snapshots.append((step, embeddings.copy(), weights))

    def cancelled(self) -> bool:
        self.asked += 1
        return self.asked == self.stop_before


def trained(config: RunConfig, data: Dataset) -> tuple[Trained, Recorder]:
    recorder = Recorder()
    return train(config, data, recorder), recorder


def weights_of(config: RunConfig, data: Dataset) -> dict[str, torch.Tensor]:
    return train(config, data, Recorder()).encoder.state_dict()


def identical(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def some(mnist: Dataset) -> Dataset:
    """The first 10,000 and 3,000 images: 45 steps of 200 an epoch beside the 1,000 held out."""
    return Dataset(
        Split(mnist.train.images[:10_000], mnist.train.labels[:10_000]),
        Split(mnist.test.images[:3000], mnist.test.labels[:3000]),
    )


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
def test_the_same_config_gives_the_same_weights_bit_for_bit(some: Dataset, config: RunConfig) -> None:
    assert identical(weights_of(config, some), weights_of(config, some))


@pytest.mark.parametrize("config", ONE_OF_EACH, ids=lambda config: config.loss)
def test_another_seed_gives_other_weights(some: Dataset, config: RunConfig) -> None:
    assert not identical(weights_of(config, some), weights_of(dataclasses.replace(config, seed=1), some))


def test_what_else_chance_has_been_used_for_in_the_process_does_not_matter(some: Dataset) -> None:
    one = weights_of(QUICK, some)
    torch.manual_seed(99)
    np.random.seed(99)
    assert identical(one, weights_of(QUICK, some))


HASH_OF_A_RUN = """
import hashlib, pathlib, torch
from core.config import RunConfig
from core.data import Dataset, Split, load
from core.training import train

class Silence:
    def begin(self, sample): pass
    def report(self, report): pass
    def snapshot(self, step, embeddings, encoder): pass
    def cancelled(self): return False

mnist = load("mnist")
some = Dataset(Split(mnist.train.images[:10000], mnist.train.labels[:10000]),
               Split(mnist.test.images[:3000], mnist.test.labels[:3000]))
weights = train(RunConfig(epochs=1), some, Silence()).encoder.state_dict()
print(hashlib.sha256(b"".join(tensor.numpy().tobytes() for tensor in weights.values())).hexdigest())
"""


def test_another_process_gives_the_same_weights_bit_for_bit(some: Dataset) -> None:
    here = b"".join(tensor.numpy().tobytes() for tensor in weights_of(QUICK, some).values())
    project = Path(__file__).parents[2]
    there = subprocess.run(
        [sys.executable, "-c", HASH_OF_A_RUN], check=True, capture_output=True, text=True, cwd=project
    )
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("config", ONE_OF_EACH, ids=lambda config: config.loss)
def test_each_loss_is_lowered_within_an_epoch_and_below_that_of_a_collapsed_network(
    some: Dataset, config: RunConfig
) -> None:
    _, recorder = trained(config, some)
    measured = [r.validation_loss for r in recorder.reports if r.validation_loss is not None]
    # a quarter of the way down from the start, and as far below the line of those who know nothing
    assert measured[-1] < measured[0] - 0.1 * abs(measured[0])
    assert measured[-1] < config.collapsed - 0.1 * abs(config.collapsed)


@pytest.mark.parametrize("config", [QUICK, PRESETS["tutorial"]], ids=["all pairs", "drawn pairs"])
def test_the_first_step_costs_what_a_loop_over_its_real_images_gives(
    some: Dataset, config: RunConfig
) -> None:
    """Images, labels and pairs meet as they should: rebuilt from the untrained encoder and the sampler."""
    _, recorder = trained(dataclasses.replace(config, epochs=1), some)
    assert recorder.sample is not None
    fitted = np.setdiff1d(np.arange(10_000), recorder.sample.indices[: recorder.sample.validating])
    images, labels = some.train.images[fitted], some.train.labels[fitted]
    batch = next(batches(config, ByClass(labels), np.random.default_rng(config.seed)))
    points = embed(build(config), torch.from_numpy(images[batch.images])).tolist()
    pairs = None if batch.tuples is None else list(zip(*(p.tolist() for p in batch.tuples), strict=True))
    expected = ORACLES[config.loss](points, labels[batch.images].tolist(), config.loss_parameters, pairs)
    assert recorder.reports[0].step == 1
    assert recorder.reports[0].terms == pytest.approx(expected, rel=1e-4)


def test_reports_come_in_order_to_the_last_step_and_their_terms_add_up(some: Dataset) -> None:
    _, recorder = trained(RunConfig(epochs=3), some)
    steps = [report.step for report in recorder.reports]
    assert steps == sorted(set(steps)) and steps[-1] == 135 == recorder.reports[-1].steps
    for report in recorder.reports:
        assert report.loss == pytest.approx(sum(report.terms.values()), rel=1e-5)
        assert report.epoch == math.ceil(report.step / 45) and report.steps == 135
    assert all(
        one.seconds <= later.seconds
        for one, later in zip(recorder.reports, recorder.reports[1:], strict=False)
    )


@pytest.mark.parametrize("step", [1, 2, 17])
def test_a_request_to_stop_is_obeyed_before_the_next_step(
    some: Dataset, rates: list[float], step: int
) -> None:
    recorder = Recorder(stop_before=step)
    with pytest.raises(Cancelled):
        train(QUICK, some, recorder)
    assert len(rates) == step - 1
    assert all(report.step < step for report in recorder.reports)
    assert all(taken < step for taken, _, _ in recorder.snapshots)


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
def test_the_highest_learning_rate_ends_in_a_number_or_in_that_sentence(
    some: Dataset, name: str, margin: float
) -> None:
    config = RunConfig(
        loss=name,
        margin=margin,
        sampling="all" if LOSSES[name].takes == "batch" else "sampled",
        learning_rate=1.0,
        epochs=1,
        schedule="constant",
    )
    try:
        encoder = train(config, some, Recorder()).encoder
    except TrainingFailed:
        return
    assert torch.isfinite(embed(encoder, torch.from_numpy(some.test.images))).all()


def validation_loss(
    config: RunConfig, sample: Sample, embeddings: np.ndarray, learned: dict[str, Any] | None = None
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


@pytest.mark.parametrize(
    "config",
    [PRESETS["notebook"], RunConfig(batch_size=100, epochs=6, learning_rate=0.01, patience=60)],
    ids=["notebook", "held out"],
)
def test_early_stopping_keeps_the_weights_with_the_best_validation_loss(
    some: Dataset, config: RunConfig
) -> None:
    result, recorder = trained(config, some)
    sample = recorder.sample
    assert sample is not None
    check_every = math.ceil(4096 / config.batch_size)
    checks = [r for r in recorder.reports if r.step % check_every == 0]
    losses = [r.validation_loss for r in checks]
    best = checks[int(np.argmin(np.array(losses, float)))]
    assert result.step == best.step
    split = some.test if sample.split == "test" else some.train
    embeddings = embed(result.encoder, torch.from_numpy(split.images[sample.indices])).numpy()
    assert best.validation_loss == pytest.approx(validation_loss(config, sample, embeddings), rel=1e-4)
    # it went on as long as the last improvement was less than `patience` batches ago, and no longer
    waits = [
        r.step - checks[int(np.argmin(np.array(losses[: n + 1], float)))].step for n, r in enumerate(checks)
    ]
    assert all(wait < config.patience for wait in waits[:-1])
    assert result.stopped_early == (waits[-1] >= config.patience)
    if config is PRESETS["notebook"]:
        assert result.stopped_early and recorder.reports[-1].step < recorder.reports[-1].steps
    # what is kept is also the last thing that was shown
    assert recorder.snapshots[-1][0] == result.step
    assert identical(recorder.snapshots[-1][2], result.encoder.state_dict())


def test_a_patience_that_is_never_exhausted_trains_to_the_end(some: Dataset) -> None:
    result, recorder = trained(RunConfig(epochs=2, patience=1000), some)
    assert not result.stopped_early and recorder.reports[-1].step == recorder.reports[-1].steps == 90


def test_without_patience_the_last_weights_are_kept(some: Dataset) -> None:
    result, recorder = trained(QUICK, some)
    assert result.step == 45 and not result.stopped_early
    assert recorder.snapshots[-1][0] == 45
    assert identical(recorder.snapshots[-1][2], result.encoder.state_dict())


@pytest.mark.parametrize("steps", [1, 2, 3, 14, 40, 290, 580, 2900, 3_000_000])
def test_snapshots_are_at_most_15_from_0_to_the_end_and_dense_at_first(steps: int) -> None:
    taken = sorted(snapshot_steps(steps))
    assert taken[0] == 0 and taken[-1] == steps and len(taken) <= SNAPSHOTS == 15
    gaps = np.diff(taken)
    assert (np.diff(gaps) >= -1).all()  # rounding may take one back
    if steps >= 290:
        assert len(taken) >= 12


def test_a_snapshot_is_the_sample_embedded_with_the_weights_of_its_step(some: Dataset) -> None:
    _, recorder = trained(QUICK, some)
    assert recorder.sample is not None
    assert [step for step, _, _ in recorder.snapshots] == sorted(snapshot_steps(45))
    images = torch.from_numpy(some.train.images[recorder.sample.indices])
    encoder = build(QUICK)
    assert identical(recorder.snapshots[0][2], encoder.state_dict())
    for _, embeddings, weights in recorder.snapshots:
        encoder.load_state_dict(weights)
        assert np.array_equal(embeddings, embed(encoder, images).numpy())
    by_step = {report.step: report.validation_loss for report in recorder.reports}
    for step, embeddings, _ in (recorder.snapshots[1], recorder.snapshots[-1]):
        assert by_step[step] == pytest.approx(validation_loss(QUICK, recorder.sample, embeddings), rel=1e-4)


def poisoned(split: Split, rows: np.ndarray) -> Split:
    """With other images and other labels in `rows`: nobody who looks at them could miss it."""
    images, labels = split.images.copy(), split.labels.copy()
    images[rows] = 255 - images[rows]
    labels[rows] = (labels[rows] + 1) % 10
    return Split(images, labels)


def test_held_out_images_and_test_images_are_never_trained_on(some: Dataset) -> None:
    untouched, recorder = trained(QUICK, some)
    assert recorder.sample is not None and recorder.sample.split == "train"
    held_out = recorder.sample.indices[: recorder.sample.validating]
    data = Dataset(poisoned(some.train, held_out), poisoned(some.test, np.arange(3000)))
    assert identical(untouched.encoder.state_dict(), weights_of(QUICK, data))
    # and the poison does work: a single image of the others changes the weights
    trained_on = np.setdiff1d(np.arange(10_000), held_out)[:200]
    data = Dataset(poisoned(some.train, trained_on), some.test)
    assert not identical(untouched.encoder.state_dict(), weights_of(QUICK, data))


def test_validation_on_test_images_trains_on_all_training_images_and_on_no_test_image(some: Dataset) -> None:
    config = dataclasses.replace(QUICK, validation="test")
    untouched, recorder = trained(config, some)
    assert recorder.sample is not None and recorder.sample.split == "test"
    assert recorder.reports[-1].steps == 10_000 // 200
    data = Dataset(some.train, poisoned(some.test, np.arange(3000)))
    assert identical(untouched.encoder.state_dict(), weights_of(config, data))


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
    assert identical(weights_of(config, some), weights_of(config, data))


def test_one_cycle_rises_to_the_learning_rate_and_falls_to_next_to_nothing(
    some: Dataset, rates: list[float]
) -> None:
    train(RunConfig(epochs=2, learning_rate=0.004), some, Recorder())
    assert len(rates) == 90
    peak = int(np.argmax(rates))
    assert rates[peak] == pytest.approx(0.004) and 0.1 < peak / 90 < 0.3
    assert (np.diff(rates[: peak + 1]) > 0).all() and (np.diff(rates[peak:]) < 0).all()
    assert rates[0] < 0.004 / 4 and rates[-1] < 0.004 / 1000


@pytest.mark.parametrize("batch_size", [4096, 3000, 1800, 1500, 1000, 900, 800])
def test_the_shortest_trainings_end_too(some: Dataset, batch_size: int) -> None:
    result, recorder = trained(RunConfig(epochs=1, batch_size=batch_size), some)
    assert result.step == recorder.reports[-1].steps == 9000 // batch_size


def test_a_constant_rate_is_the_learning_rate_at_every_step(some: Dataset, rates: list[float]) -> None:
    train(RunConfig(epochs=1, learning_rate=0.004, schedule="constant"), some, Recorder())
    assert rates == [0.004] * 45


@pytest.mark.parametrize("batch_size", [4, 4096])
@pytest.mark.parametrize("loss", ["contrastive", "pair_hinge_triplet"])
def test_the_smallest_and_the_largest_batch_train_with_two_classes(
    mnist: Dataset, loss: str, batch_size: int
) -> None:
    config = RunConfig(loss=loss, batch_size=batch_size, sampling="sampled", digits=2, epochs=1)
    few = Split(mnist.train.images[:30_000], mnist.train.labels[:30_000])  # about 6,000 zeros and ones
    result, recorder = trained(config, Dataset(few, mnist.test))
    assert recorder.reports[-1].step == recorder.reports[-1].steps == result.step
    assert torch.isfinite(embed(result.encoder, torch.from_numpy(mnist.test.images[:100]))).all()


def test_training_takes_one_thread(some: Dataset) -> None:
    """Two processes of one thread each are faster than two of two, and sums keep their order."""
    torch.set_num_threads(2)
    train(QUICK, some, Recorder())
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_of_the_registry_learns_the_digits_in_8_dimensions(mnist: Dataset, name: str) -> None:
    """Test ARI at least 0.5, all of MNIST, within five epochs: one is enough."""
    config = RunConfig(
        loss=name,
        embedding_dims=8,
        epochs=1,
        sampling="sampled" if LOSSES[name].takes == "triplets" else "all",
    )
    encoder = train(config, mnist, Recorder()).encoder
    points = [embed(encoder, torch.from_numpy(split.images)).numpy() for split in (mnist.train, mnist.test)]
    if config.normalised:
        assert np.linalg.norm(points[1], axis=1) == pytest.approx(1, abs=1e-5)
    clusters = kmeans(points[0], 10)
    found = adjusted_rand_index(mnist.test.labels, assign(points[1], clusters.centroids))
    assert found >= 0.5


@pytest.mark.parametrize("name", [name for name in LOSSES if LOSSES[name].learned])
def test_what_a_loss_learns_beside_the_encoder_moves_and_is_handed_back(some: Dataset, name: str) -> None:
    config = RunConfig(loss=name, epochs=1, embedding_dims=8)
    result, _ = trained(config, some)
    started = start_learned(config)
    assert set(result.learned) == set(started)
    for field, value in result.learned.items():
        assert value.shape == started[field].shape and value.shape[0] == 10
        assert not value.requires_grad and not torch.equal(value, started[field].detach())
    again, _ = trained(config, some)
    assert identical(result.learned, again.learned)


def test_a_loss_without_anything_to_learn_hands_back_nothing(some: Dataset) -> None:
    assert trained(QUICK, some)[0].learned == {}


def test_early_stopping_keeps_the_proxies_of_the_same_step_as_the_weights(some: Dataset) -> None:
    config = RunConfig(
        loss="proxy_anchor", embedding_dims=8, epochs=4, learning_rate=0.05, schedule="constant", patience=22
    )
    result, recorder = trained(config, some)
    best = min(
        r.validation_loss for r in recorder.reports if r.validation_loss is not None and r.step % 21 == 0
    )
    assert recorder.sample is not None
    embeddings = embed(result.encoder, torch.from_numpy(some.train.images[recorder.sample.indices])).numpy()
    learned = {name: value.tolist() for name, value in result.learned.items()}
    found = validation_loss(config, recorder.sample, embeddings, learned)
    assert found == pytest.approx(best, rel=1e-4)


MINED = [
    RunConfig(epochs=1, loss=loss, miner=miner, batch_size=60)
    for miner in MINERS
    for loss in ("contrastive", "triplet_margin")
]


@pytest.mark.parametrize("config", MINED, ids=lambda config: f"{config.miner}, {config.loss}")
def test_training_with_a_miner_is_the_same_twice_and_tells_the_active_share(
    some: Dataset, config: RunConfig
) -> None:
    few = Dataset(Split(some.train.images[:4000], some.train.labels[:4000]), some.test)
    result, recorder = trained(config, few)
    assert identical(result.encoder.state_dict(), weights_of(config, few))
    shares = [report.active for report in recorder.reports]
    assert all(share is not None and 0 <= share <= 1 for share in shares)
    # less is left to learn at the end, but for the hardest of all, of which nearly all stay wrong for long
    if config.miner != "batch_hard":
        assert shares[-1] < shares[0]  # type: ignore[operator]


def test_the_first_step_with_a_miner_costs_what_a_loop_over_its_triplets_gives(some: Dataset) -> None:
    config = RunConfig(loss="triplet_margin", miner="batch_hard", epochs=1, batch_size=50)
    _, recorder = trained(config, some)
    assert recorder.sample is not None
    fitted = np.setdiff1d(np.arange(10_000), recorder.sample.indices[: recorder.sample.validating])
    images, labels = some.train.images[fitted], some.train.labels[fitted]
    batch = next(batches(config, ByClass(labels), np.random.default_rng(config.seed)))
    points = embed(build(config), torch.from_numpy(images[batch.images])).tolist()
    classes = labels[batch.images].tolist()
    chosen = sorted(mining_oracles.batch_hard(points, classes, 1.0))
    expected = ORACLES["triplet_margin"](points, classes, {"margin": 1.0}, chosen)
    assert recorder.reports[0].terms == pytest.approx(expected, rel=1e-4)
    pairs = [(a, p) for a, p, _ in chosen] + [(a, n) for a, _, n in chosen]
    _, recorder = trained(dataclasses.replace(config, loss="contrastive"), some)
    expected = ORACLES["contrastive"](points, classes, {"margin": 1.0}, pairs)
    assert recorder.reports[0].terms == pytest.approx(expected, rel=1e-4)


def test_without_a_miner_the_active_share_is_told_at_the_snapshots(some: Dataset) -> None:
    _, recorder = trained(QUICK, some)
    for report in recorder.reports:
        assert (report.active is not None) == (report.step in snapshot_steps(45))


VIEWED = [
    RunConfig(epochs=1, loss="nt_xent", embedding_dims=8, views=1.0),
    RunConfig(epochs=1, loss="nt_xent", embedding_dims=8, views=0.5),
    RunConfig(epochs=1, views=1.0, sampling="sampled"),
]


@pytest.mark.parametrize("config", VIEWED, ids=["all views", "half views", "drawn pairs of views"])
def test_views_train_the_same_twice_and_lower_the_loss(some: Dataset, config: RunConfig) -> None:
    few = Dataset(Split(some.train.images[:5000], some.train.labels[:5000]), some.test)
    result, recorder = trained(config, few)
    assert identical(result.encoder.state_dict(), weights_of(config, few))
    measured = [r.validation_loss for r in recorder.reports if r.validation_loss is not None]
    assert measured[-1] < 0.9 * measured[0] and measured[-1] < 0.9 * config.collapsed


def test_with_views_of_every_image_no_label_is_looked_at(some: Dataset) -> None:
    few = Dataset(Split(some.train.images[:3000], some.train.labels[:3000]), some.test)
    labels = np.random.default_rng(0).permutation(few.train.labels)
    others = Dataset(Split(few.train.images, labels), few.test)
    for config in (VIEWED[0], VIEWED[2]):
        assert identical(weights_of(config, few), weights_of(config, others))
    assert not identical(weights_of(VIEWED[1], few), weights_of(VIEWED[1], others))


def test_wrong_labels_are_those_of_the_seed_and_spoil_what_is_learned(some: Dataset) -> None:
    wrong = dataclasses.replace(QUICK, wrong_labels=0.5)
    assert identical(weights_of(wrong, some), weights_of(wrong, some))

    def last(config: RunConfig) -> float:
        loss = trained(config, some)[1].reports[-1].validation_loss  # whose labels are the right ones
        assert loss is not None
        return loss

    seeds = range(4)
    assert sum(last(dataclasses.replace(wrong, seed=seed)) for seed in seeds) > 1.25 * sum(
        last(dataclasses.replace(QUICK, seed=seed)) for seed in seeds
    )


def test_balanced_batches_train_the_same_twice(some: Dataset) -> None:
    config = dataclasses.replace(QUICK, sampler="balanced", classes_per_batch=5)
    assert identical(weights_of(config, some), weights_of(config, some))
    assert not identical(weights_of(config, some), weights_of(QUICK, some))


NEVER_7 = dataclasses.replace(QUICK, held_out_class="7")


def test_a_class_that_is_never_shown_changes_nothing_by_its_images(some: Dataset) -> None:
    """Neither the weights nor the validation loss hear of them; the sample, which is watched, holds them."""
    untouched, recorder = trained(NEVER_7, some)
    sevens = np.flatnonzero(some.train.labels == 7)
    images = some.train.images.copy()
    images[sevens] = 255 - images[sevens]
    other, blind = trained(NEVER_7, Dataset(Split(images, some.train.labels), some.test))
    assert identical(untouched.encoder.state_dict(), other.encoder.state_dict())
    assert [report.loss for report in recorder.reports] == [report.loss for report in blind.reports]
    assert [r.validation_loss for r in recorder.reports] == [r.validation_loss for r in blind.reports]
    assert recorder.sample is not None and 7 in recorder.sample.labels
    # the images of another class are seen
    images[some.train.labels == 3] = 255 - images[some.train.labels == 3]
    assert not identical(
        untouched.encoder.state_dict(),
        weights_of(NEVER_7, Dataset(Split(images, some.train.labels), some.test)),
    )


def test_a_class_that_is_never_shown_leaves_fewer_steps_and_another_run(some: Dataset) -> None:
    _, recorder = trained(NEVER_7, some)
    assert recorder.sample is not None
    fitted = np.setdiff1d(np.arange(10_000), recorder.sample.indices[: recorder.sample.validating])
    assert recorder.reports[-1].steps == np.count_nonzero(some.train.labels[fitted] != 7) // 200
    assert recorder.reports[-1].steps < trained(QUICK, some)[1].reports[-1].steps


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_without_one_class(some: Dataset, loss: str) -> None:
    sampling = "sampled" if LOSSES[loss].takes == "triplets" else "all"
    config = RunConfig(epochs=1, loss=loss, sampling=sampling, digits=4, held_out_class="0", patience=5)
    _, recorder = trained(config, some)
    assert all(math.isfinite(report.loss) for report in recorder.reports)
