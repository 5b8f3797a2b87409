"""The exported script and notebook, run in a process that knows nothing of this project, and their parts."""

import contextlib
import json
import os
import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from core.config import PARAMETERS, PRESETS, RunConfig
from core.losses import LOSSES
from core.miners.distance_weighted import chances
from core.sampling import Batch
from core.take_home.notebook import notebook
from core.take_home.script import ARGUMENT, PARTS, flags_of, parts_of, read, script, sections
from core.training import loss_of, mine, start_learned
from tests.core.trainings import first

# Few images and two or three classes: what the lines do, not how much of it.
IMAGES = 12_000
TWO = {"digits": 2, "epochs": 1}
PRESETS_IN_SMALL = {name: replace(preset, digits=2, epochs=1) for name, preset in PRESETS.items()}
SMALL = {
    "drawn pairs, some of them views, stopped early": RunConfig(
        sampling="sampled", views=0.3, digits=2, batch_size=64, patience=64, epochs=30, learning_rate=0.03
    ),
    "drawn triplets, with a class never shown, stopped early by test images": RunConfig(
        loss="triplet_margin", sampling="sampled", digits=3, held_out_class="2", batch_size=64, patience=64,
        epochs=30, validation="test", activation="tanh", schedule="constant",
    ),
    "drawn triplets, some of them views": RunConfig(
        loss="pair_hinge_triplet", sampling="sampled", views=0.3, batch_size=64, **TWO
    ),
    "all triplets, with gelu": RunConfig(
        loss="triplet_margin", batch_size=32, learning_rate=0.01, activation="gelu", **TWO
    ),
    "semi-hard pairs among wrong labels, with patience": RunConfig(
        miner="semi_hard", wrong_labels=0.1, batch_size=64, patience=64, activation="swish", **TWO
    ),
    "drawn negatives from balanced batches of two of three classes, with patience": RunConfig(
        loss="soft_margin_triplet", miner="distance_weighted", sampler="balanced", classes_per_batch=2,
        digits=3, batch_size=32, patience=256, epochs=1,
    ),
    "learned proxies": RunConfig(loss="proxy_anchor", **TWO),
    "a learned head, a class never shown, stopped early": RunConfig(
        loss="center", digits=3, held_out_class="1", batch_size=128, patience=32, epochs=30, learning_rate=0.05
    ),
    "views in batches on the sphere, with patience": RunConfig(
        loss="nt_xent", views=0.5, batch_size=64, patience=256, **TWO
    ),
}  # fmt: skip
NOTEBOOK = "learned proxies"
FIGURES = {
    "rand_index",
    "adjusted_rand_index",
    "normalized_mutual_info",
    "davies_bouldin",
    "test_adjusted_rand_index",
    "knn_accuracy",
}

# Each script in a namespace of its own, as a program; the notebook, last, cell by cell as Jupyter does.
RUN_ALL = """
import contextlib, io, json, runpy, sys, traceback
from pathlib import Path

def told_by(run):
    with contextlib.redirect_stdout(io.StringIO()) as told:
        try:
            run()
        except BaseException:
            traceback.print_exc(file=told)
    return told.getvalue()

def all_cells(space):
    for cell in json.loads(Path("cells.json").read_text("utf-8")):
        exec(cell, space)

told = [told_by(lambda: runpy.run_path(f"{place}.py", run_name="__main__")) for place in range(int(sys.argv.pop()))]
told.append(told_by(lambda: all_cells({})))
print(json.dumps({"told": told, "modules": list(sys.modules)}))
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the script of each small case printed, and the notebook of one; all of them in one process."""
    folder = tmp_path_factory.mktemp("clean")
    write_images(folder / "data")
    cases = [*PRESETS_IN_SMALL.values(), *SMALL.values()]
    for place, config in enumerate(cases):
        (folder / f"{place}.py").write_text(script(config), encoding="utf-8")
    (folder / "cells.json").write_text(json.dumps(cells_of(SMALL[NOTEBOOK])), encoding="utf-8")
    (folder / "all.py").write_text(RUN_ALL, encoding="utf-8")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONTRASTIVE_"))
    }
    command = [sys.executable, "-I", "-W", "error", "all.py", str(len(cases))]
    done = subprocess.run(
        command, cwd=folder, env={**kept, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "torch" in found["modules"]
    assert {"core", "pages", "tests", "benchmarks"}.isdisjoint(found["modules"])
    return dict(zip([*PRESETS_IN_SMALL, *SMALL, "notebook"], found["told"], strict=True))


def write_images(folder: Path) -> None:
    """The first images of MNIST as torchvision keeps them."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    data = first(IMAGES)
    for name, split in (("train", data.train), ("t10k", data.test)):
        images, labels = split.images.tobytes(), split.labels.tobytes()
        count = len(split.labels)
        (raw / f"{name}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, count, 28, 28) + images)
        (raw / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, count) + labels)


def cells_of(config: RunConfig) -> list[str]:
    cells = json.loads(notebook(config))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def figures_of(printed: str) -> dict[str, float]:
    assert "Traceback" not in printed, printed
    lines = [line.split() for line in printed.splitlines()]
    found = {line[0]: float(line[1]) for line in lines if len(line) == 2}
    assert found.keys() == FIGURES
    return found


@pytest.mark.whole_training
@pytest.mark.parametrize("preset", PRESETS)
def test_the_script_of_a_preset_trains_without_this_project(preset: str, printed: dict[str, str]) -> None:
    assert figures_of(printed[preset])["knn_accuracy"] > 0.9


@pytest.mark.whole_training
@pytest.mark.parametrize("case", [*SMALL, "notebook"])
def test_a_script_trains_to_plausible_figures(case: str, printed: dict[str, str]) -> None:
    figures, config = figures_of(printed[case]), SMALL.get(case, SMALL[NOTEBOOK])
    learned_all = config.unseen is None
    assert figures["test_adjusted_rand_index"] > (0.5 if learned_all else 0.3)
    assert figures["knn_accuracy"] > (0.9 if learned_all else 0.8)
    if "stopped early" in case:
        steps = re.findall(r"step (\d+)", printed[case])
        assert int(steps[-1]) < config.epochs * 1000 * config.seen_classes // config.batch_size


@pytest.mark.whole_training
def test_the_notebook_prints_the_figures_of_the_script(printed: dict[str, str]) -> None:
    assert figures_of(printed["notebook"]) == figures_of(printed[NOTEBOOK])


def test_the_notebook_has_the_lines_of_the_script() -> None:
    content = json.loads(notebook(PRESETS["fast"]))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in content["cells"]]
    assert len(set(names)) == len(names) and all(0 < len(name) <= 64 for name in names)
    for case, config in SMALL.items():
        text = script(config)
        for code in cells_of(config)[1:]:  # the first imports what they need
            assert code.replace('"data"', ARGUMENT, 1 if "FOLDER =" in code else 0) in text, case


def test_figures_of_a_collapsed_embedding_are_printed_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    images, labels = torch.rand(60, 784), torch.arange(60) % 3
    head, settings, *_, figures = sections(RunConfig(digits=3), "None")
    space = {"load": lambda train: (images, labels), "encoder": lambda images: torch.zeros(len(images), 2)}
    with pytest.warns(UserWarning, match="distinct clusters"):
        exec(f"{head.code}\n{settings.code}\n{figures.code}", space)
    found = figures_of(capsys.readouterr().out)
    assert found["adjusted_rand_index"] == 0 and np.isnan(found["davies_bouldin"])


# ---- the losses, against the app's


def namespace(config: RunConfig, *folders: str) -> dict[str, Any]:
    """What the script of `config` has defined after the parts that lie in some folders."""
    head, settings, *steps = sections(config, "None")
    codes = [step.code for step in steps if step.part.split("/")[0] in folders]
    space: dict[str, Any] = {}
    exec("\n".join([head.code, settings.code, *codes]), space)
    return space


def ways() -> list[RunConfig]:
    """Each loss with each way to choose what it is taken over, where that makes a run."""
    found = []
    for loss in LOSSES:
        for sampling in PARAMETERS["sampling"].options:
            for miner in PARAMETERS["miner"].options:
                with contextlib.suppress(ValueError):
                    found.append(RunConfig(loss=loss, sampling=sampling, miner=miner, margin=0.7))
    return found


def what(config: RunConfig) -> str:
    return f"{config.loss}-{config.sampling}-{config.miner}-{config.sampler}-{config.views:g}"


def points_and_labels() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    chance = torch.Generator().manual_seed(5)
    random = torch.randn(40, 3, generator=chance, dtype=torch.float64)
    labels = torch.randint(4, [40], generator=chance)
    few = random[:8]
    # in single precision, where distances by matrix products would be wrong
    near = (torch.cat([1e-3 * random[:20], 1 + 1e-3 * random[20:]]) + 2).float()
    return {
        "random": (random, labels),
        "two heaps of near points, each of all classes": (near, labels),
        "one class only": (few, torch.full([8], 2)),
        "every image its own class": (few, torch.arange(8)),
        "two images of a class": (few[:2], torch.tensor([1, 1])),
        "two images of two classes": (few[:2], torch.tensor([1, 0])),
        "equal points": (few[:1].repeat(8, 1), torch.arange(8) % 3),
        "some equal points": (few[[0, 0, 1, 1, 2, 3, 3, 3]], torch.tensor([0, 0, 1, 2, 2, 0, 1, 0])),
        "a class with one image": (few, torch.tensor([0, 0, 0, 1, 1, 1, 1, 5])),
    }


BATCHES = points_and_labels()
LEARNED = {"centers": "centers", "head": "classifier.weight", "bias": "classifier.bias", "proxies": "proxies"}


@pytest.mark.parametrize("case", BATCHES)
@pytest.mark.parametrize("config", ways(), ids=what)
def test_the_loss_of_the_script_is_the_loss_of_the_app(config: RunConfig, case: str) -> None:
    given, labels = BATCHES[case]
    config = replace(config, embedding_dims=given.shape[1])
    batch = Batch(np.arange(len(labels)), tuples=None)
    if config.sampling == "sampled":
        columns = 2 if LOSSES[config.loss].takes == "pairs" else 3
        rows = torch.randint(len(labels), [columns * 16], generator=torch.Generator().manual_seed(1))
        given, labels = given[rows], labels[rows]
        batch = Batch(np.arange(len(rows)), tuples=tuple(np.split(np.arange(len(rows)), columns)))
    ours, theirs = given.clone().requires_grad_(), given.clone().requires_grad_()

    learned = {
        name: tensor.detach().to(given.dtype).requires_grad_()
        for name, tensor in start_learned(config).items()
    }
    mined, _ = mine(config, theirs, labels, batch, np.random.default_rng(5))
    of_app = loss_of(config, theirs, labels, mined, learned).total
    of_app.backward()

    space = namespace(config, "losses", "miners", "over")
    if config.miner == "distance_weighted":  # it draws: what it may draw is tested below
        assert mined.tuples is not None
        anchor, *others = (torch.as_tensor(places) for places in mined.tuples)
        if LOSSES[config.loss].takes == "pairs":
            anchor, others = anchor.chunk(2)[0], list(others[0].chunk(2))
        space["mine"] = lambda embeddings, labels: (anchor, *others)
    parameters = dict(space["loss_of"].named_parameters()) if learned else {}
    for name, tensor in learned.items():
        parameters[LEARNED[name]].data = tensor.detach().clone()
    of_script = space["loss_of"](F.normalize(ours) if config.normalised else ours, labels)
    of_script.backward()

    close = {"rtol": 1e-5, "atol": 1e-5}
    torch.testing.assert_close(of_script, of_app, **close)
    torch.testing.assert_close(ours.grad, theirs.grad, **close)
    for name, tensor in learned.items():
        torch.testing.assert_close(parameters[LEARNED[name]].grad, tensor.grad, **close)


def test_nearly_every_loss_teaches_something_in_the_comparison() -> None:
    """Not a comparison of nothing with nothing."""
    embeddings, labels = BATCHES["random"]
    for config in ways():
        if config.sampling == "all":
            batch = Batch(np.arange(len(labels)), tuples=None)
            mined, _ = mine(config, embeddings, labels, batch, np.random.default_rng(5))
            learned = start_learned(replace(config, embedding_dims=3))
            assert loss_of(config, embeddings.float(), labels, mined, learned).total.abs() > 0.01, what(
                config
            )


def test_what_the_loss_learns_starts_as_in_the_app() -> None:
    torch.manual_seed(0)
    for loss in ("center", "proxy_anchor"):
        config = RunConfig(loss=loss, embedding_dims=64)
        parameters = dict(namespace(config, "losses")["loss_of"].named_parameters())
        for name, tensor in start_learned(config).items():
            found = parameters[LEARNED[name]]
            assert found.shape == tensor.shape
            assert found.std().item() == pytest.approx(tensor.std().item(), rel=0.1), name


@pytest.mark.parametrize("case", BATCHES)
def test_a_negative_is_drawn_with_the_chance_of_the_app(case: str) -> None:
    embeddings, labels = BATCHES[case]
    config = RunConfig(loss="triplet_margin", miner="distance_weighted", embedding_dims=3)
    space = namespace(config, "miners")
    different = labels[:, None] != labels
    unit = F.normalize(embeddings).double()
    apart = (unit[:, None] - unit).norm(dim=2).numpy()
    having = different.any(dim=1)
    found = space["chances"](embeddings, different)[having].numpy()
    assert found == pytest.approx(chances(apart, different.numpy(), 3)[having.numpy()], abs=1e-4)

    anchor, positive, negative = space["mine"](embeddings, labels)
    pairs = (labels[:, None] == labels) & ~torch.eye(len(labels), dtype=torch.bool) & having[:, None]
    assert torch.equal(torch.stack([anchor, positive]), torch.stack(pairs.nonzero(as_tuple=True)))
    assert (labels[negative] != labels[anchor]).all()


def test_negatives_are_drawn_by_these_chances() -> None:
    config = RunConfig(loss="triplet_margin", miner="distance_weighted", embedding_dims=3)
    space = namespace(config, "miners")
    embeddings, labels = BATCHES["random"]
    count = torch.zeros(40, 40)
    for _ in range(300):
        anchor, _, negative = space["mine"](embeddings, labels)
        count.index_put_((anchor, negative), torch.ones(len(anchor)), accumulate=True)
    expected = space["chances"](embeddings, labels[:, None] != labels) * count.sum(dim=1, keepdim=True)
    assert ((count - expected) / (expected + 1).sqrt()).abs().max() < 6


# ---- what a step looks at

CLASSES = torch.tensor([0, 2, 1, 2, 2, 0, 1, 2, 2, 2, 1, 0, 2]).repeat(1000)  # shares 3, 3 and 7 of 13


def all_batches(**changes: Any) -> list[torch.Tensor]:
    space = namespace(RunConfig(**changes), "views", "batches")
    return list(space["batches"](CLASSES))


def test_an_epoch_has_each_image_once() -> None:
    found = all_batches(batch_size=300)
    assert [len(rows) for rows in found] == 43 * [300]
    assert torch.cat(found).unique().numel() == 43 * 300
    assert not torch.equal(found[0], found[0].sort().values)
    assert [len(rows) for rows in all_batches(batch_size=300, views=0.5)] == 57 * [300 - 75]


def test_a_balanced_batch_has_as_many_different_images_of_each_class() -> None:
    found = all_batches(batch_size=301, sampler="balanced", classes_per_batch=2)
    assert len(found) == 43
    for rows in found:
        counts = CLASSES[rows].bincount(minlength=3).sort().values
        assert counts.tolist() == [0, 150, 150] and rows.unique().numel() == 300
    assert {tuple(CLASSES[rows].unique().tolist()) for rows in found} == {(0, 1), (0, 2), (1, 2)}


def test_half_of_the_partners_are_of_the_class_and_the_others_are_any_of_another() -> None:
    found = all_batches(batch_size=100, sampling="sampled")
    assert len(found) == 130
    first, second = torch.cat([rows.view(2, 100) for rows in found], dim=1)
    assert first.unique().numel() == 13_000
    shares = torch.zeros(3, 3).index_put_(
        (CLASSES[first], CLASSES[second]), torch.ones(len(first)), accumulate=True
    )
    shares /= shares.sum(dim=1, keepdim=True)
    expected = [[0.5, 0.15, 0.35], [0.15, 0.5, 0.35], [0.25, 0.25, 0.5]]
    assert shares.numpy() == pytest.approx(np.array(expected), abs=0.04)
    assert second.unique().numel() > 0.6 * 13_000  # 1 - 1/e


def test_a_triplet_has_two_images_of_a_class_and_one_of_another_and_classes_are_equally_likely() -> None:
    found = all_batches(loss="triplet_margin", batch_size=100, sampling="sampled")
    assert len(found) == 130
    triplets = torch.cat([rows.view(3, 100) for rows in found], dim=1)
    anchor, positive, negative = CLASSES[triplets]
    assert torch.equal(anchor, positive) and (anchor != negative).all()
    assert (triplets[0] != triplets[1]).all()
    for classes in (anchor, negative):
        assert classes.bincount().numpy() / 13_000 == pytest.approx(np.full(3, 1 / 3), abs=0.03)
    assert all(rows.unique().numel() > 0.5 * 13_000 for rows in triplets)


def test_two_triplets_of_a_class_with_two_images_are_its_two_orders() -> None:
    config = RunConfig(loss="triplet_margin", sampling="sampled", held_out_class="0", digits=3)
    draw = namespace(config, "batches")["draw_triplets"]
    triplets = draw(torch.tensor([1, 2, 2, 1]), 100)
    assert {tuple(pair.tolist()) for pair in triplets[:2].T} == {(0, 3), (3, 0), (1, 2), (2, 1)}


IMAGES_OF_ONE_GREY = (torch.arange(40) / 40)[:, None].expand(40, 784)  # by which a view is known again
LABELS = torch.arange(40) % 4


def shown(rows: torch.Tensor, **changes: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of which row each image of the batch is, whether it is a view of it, and the labels."""
    space = namespace(RunConfig(digits=4, batch_size=16, **changes), "views")
    space["random_views"] = lambda images: images + 100
    views, labels = space["show"](IMAGES_OF_ONE_GREY, LABELS, rows)
    grey = views[:, 0]
    return ((grey % 100) * 40).round().long(), grey > 50, labels


def test_some_images_of_a_batch_are_two_views_of_a_class_of_their_own() -> None:
    rows = torch.arange(12) + 7
    of, viewed, labels = shown(rows, views=0.5)
    assert of.tolist() == [*rows.tolist(), *rows[:4].tolist()]
    assert viewed.tolist() == [True] * 4 + [False] * 8 + [True] * 4
    assert torch.equal(labels[4:12], LABELS[rows[4:]])
    assert torch.equal(labels[:4], labels[12:]) and labels[:4].unique().numel() == 4
    assert labels[:4].min() > 3


def test_some_drawn_pairs_are_two_views_of_one_image_or_of_any_two() -> None:
    rows = torch.stack([torch.arange(16), torch.arange(16, 32)])
    alike = []
    for seed in range(30):
        of, viewed, labels = shown(rows.flatten(), views=0.5, sampling="sampled", seed=seed)
        (first, second), (is_view, too), labels = of.view(2, 16), viewed.view(2, 16), labels.view(2, 16)
        assert torch.equal(first, rows[0]) and torch.equal(is_view, too)
        assert torch.equal(second[~is_view], rows[1][~is_view])
        assert torch.equal(labels[:, ~is_view], LABELS[rows][:, ~is_view])
        assert torch.equal(labels[0][is_view] == labels[1][is_view], first[is_view] == second[is_view])
        alike += (first == second)[is_view].tolist()
    assert 30 * 16 * 0.4 < len(alike) < 30 * 16 * 0.6 and 0.4 < np.mean(alike) < 0.6


def test_some_drawn_triplets_are_two_views_of_one_image_and_one_of_another() -> None:
    rows = torch.stack([torch.arange(16), torch.arange(16, 32), torch.arange(20, 36)])
    of, viewed, _ = shown(rows.flatten(), loss="triplet_margin", views=0.5, sampling="sampled")
    of, viewed = of.view(3, 16), viewed.view(3, 16)
    is_view = viewed[0]
    assert 0 < is_view.sum() < 16 and (viewed == is_view).all()
    assert torch.equal(of[:, ~is_view], rows[:, ~is_view])
    assert torch.equal(of[0], rows[0]) and torch.equal(of[1][is_view], rows[0][is_view])
    assert (of[2][is_view] != of[0][is_view]).all()


def test_random_views_differ_and_keep_to_the_grey_levels() -> None:
    images = torch.from_numpy(first(IMAGES).train.images[:30]) / 255
    make = namespace(RunConfig(views=0.5), "views")["random_views"]
    one, other = make(images), make(images)
    assert one.shape == images.shape and make(images[:0]).shape == (0, 784)
    assert one.min() >= 0 and one.max() <= 1
    assert (one - other).abs().mean(dim=1).min() > 0.01 and (one - images).abs().mean() < 0.2


# ---- which parts and lines there are


def every_config() -> list[RunConfig]:
    choices = [
        {"sampler": sampler, "views": views}
        for sampler in PARAMETERS["sampler"].options
        for views in (0.0, 0.5)
    ]
    found = []
    for config in ways():
        for choice in choices:
            with contextlib.suppress(ValueError):
                found.append(replace(config, batch_size=48, **choice))
    return found


EVERY = every_config()
MORE: list[dict[str, Any]] = [
    {"patience": 9},
    {"patience": 9, "validation": "test", "schedule": "constant"},
    {"held_out_class": "4", "patience": 9},
    {"held_out_class": "4", "patience": 9, "validation": "test"},
]


def configs() -> list[RunConfig]:
    varied = [replace(config, **changes) for config in EVERY for changes in MORE]
    others = [RunConfig(activation=name) for name in PARAMETERS["activation"].options]
    return [*EVERY, *varied, *others, RunConfig(wrong_labels=0.1, patience=9), *PRESETS.values()]


def test_every_setting_of_a_choice_is_among_them() -> None:
    for name in ("loss", "sampling", "miner", "sampler"):
        assert {getattr(config, name) for config in EVERY} == set(PARAMETERS[name].options)
    assert {config.loss for config in EVERY if config.views} == {
        name for name, entry in LOSSES.items() if entry.learned is None
    }
    assert {config.miner for config in EVERY if config.views} == set(PARAMETERS["miner"].options)


def test_a_script_reads_no_name_that_it_lacks_and_imports_nothing_in_vain(tmp_path: Path) -> None:
    texts = {script(config) for config in configs()}
    for number, text in enumerate(texts):
        (tmp_path / f"s{number}.py").write_text(text, encoding="utf-8")
        assert not re.search(r"\b(core|pages|tests|benchmarks)\.", text)
        assert not re.search(r"# \[(not )?\w+\]$", text, re.MULTILINE)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_part_and_every_marked_line_is_in_some_script() -> None:
    parts = {path.relative_to(PARTS).with_suffix("").as_posix() for path in PARTS.rglob("*.py")}
    used = {part for config in configs() for part in parts_of(config)} | {"settings"}
    used |= {helper for part in used for helper in all_helpers(part)}
    assert {part for part in parts if not part.endswith("__init__")} == used

    marked = r"# \[(?:not )?(\w+)\]$"
    named = {
        flag for path in PARTS.rglob("*.py") for flag in re.findall(marked, path.read_text("utf-8"), re.M)
    }
    held = [flags_of(config) for config in configs()]
    assert named <= set().union(*held) - set.intersection(*held)


def all_helpers(part: str) -> set[str]:
    """Those of some config at least."""
    return {
        helper
        for config in (*EVERY[::7], *PRESETS.values())
        for helper in read(part, flags_of(config)).helpers
    }


@pytest.mark.parametrize("preset", PRESETS)
def test_the_script_of_a_preset_is_short(preset: str) -> None:
    text = script(PRESETS[preset])
    assert len(text.splitlines()) <= 130
    assert max(map(len, text.splitlines())) <= 118
    assert preset in text.splitlines()[0]


def test_a_script_holds_only_what_its_config_needs() -> None:
    fast, drawn = script(PRESETS["fast"]), script(PRESETS["notebook"])
    assert "PATIENCE" not in fast and "draw_" not in fast and "TEMPERATURE" not in fast
    assert "OneCycleLR" in fast and "OneCycleLR" not in drawn and "draw_pairs" not in drawn
    assert "draw_triplets" in drawn and "XPlusSigmoid" in drawn and "ACTIVATION" not in drawn


def test_the_rate_does_not_vary_over_fewer_than_ten_steps() -> None:
    few = RunConfig(digits=3, batch_size=4096, epochs=2)
    assert "OneCycleLR" not in script(few) and "OneCycleLR" in script(replace(few, epochs=3))


def test_a_reader_of_the_notebook_sees_the_formula() -> None:
    for config in PRESETS.values():
        assert f"$${LOSSES[config.loss].formula}$$" in "".join(
            "".join(cell["source"]) for cell in json.loads(notebook(config))["cells"]
        )


# Each setting, changed, with what it takes for it to matter.
CHANGED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dataset": ({"dataset": "kmnist"}, {}),
    "loss": ({"loss": "nt_xent"}, {}),
    "margin": ({"margin": 0.4}, {}),
    "temperature": ({"temperature": 0.4}, {"loss": "nt_xent"}),
    "scale": ({"scale": 4.0}, {"loss": "circle"}),
    "similarity_margin": ({"similarity_margin": 0.4}, {"loss": "circle"}),
    "weight": ({"weight": 0.4}, {"loss": "center"}),
    "epochs": ({"epochs": 3}, {}),
    "embedding_dims": ({"embedding_dims": 5}, {}),
    "digits": ({"digits": 4}, {}),
    "held_out_class": ({"held_out_class": "3"}, {}),
    "sampling": ({"sampling": "sampled"}, {}),
    "batch_size": ({"batch_size": 99}, {}),
    "learning_rate": ({"learning_rate": 0.01}, {}),
    "schedule": ({"schedule": "constant"}, {}),
    "hidden": ({"hidden": (9,)}, {}),
    "activation": ({"activation": "tanh"}, {}),
    "miner": ({"miner": "semi_hard"}, {}),
    "sampler": ({"sampler": "balanced"}, {}),
    "classes_per_batch": ({"classes_per_batch": 3}, {"sampler": "balanced"}),
    "views": ({"views": 0.4}, {}),
    "wrong_labels": ({"wrong_labels": 0.4}, {}),
    "patience": ({"patience": 9}, {}),
    "validation": ({"validation": "test"}, {"patience": 9}),
    "seed": ({"seed": 9}, {}),
}


def test_no_setting_is_left_out_of_the_script() -> None:
    assert set(CHANGED) == set(PARAMETERS)
    for name, (change, where) in CHANGED.items():
        assert script(RunConfig(**where, **change)) != script(RunConfig(**where)), name


def test_a_parameter_that_the_loss_does_not_read_is_no_reason_to_refuse() -> None:
    assert "TEMPERATURE" not in script(RunConfig(temperature=0.5))
