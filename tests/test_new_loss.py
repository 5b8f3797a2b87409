"""A new loss as CONTRIBUTING.md describes it: then it is trained, on the pages, in the docs and in the tests."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

ENTRY = '''"""Contrastive loss with two margins: positives rest within half the margin."""

from core.losses.base import Array, Loss, LossEntry, hinge, pull_and_push
from core.losses.distances import pair_distances


def double_margin(
    embeddings: Array, labels: Array, *, margin: float, pairs: tuple[Array, Array] | None = None
) -> Loss:
    """Same class: pulled until d = m/2. Different: pushed until d = m. Best value 0."""
    d, same = pair_distances(embeddings, labels, pairs)
    return pull_and_push(hinge(d - margin / 2) ** 2 / 2, hinge(margin - d) ** 2 / 2, same, sampled=pairs is not None)


ENTRY = LossEntry(
    name="double_margin",
    label="Double margin",
    summary="Contrastive on d that leaves positives alone within half the margin.",
    formula=r"\\ell = y\\,\\frac{\\max(0, d - m/2)^2}{2} + (1-y)\\,\\frac{\\max(0, m - d)^2}{2}",
    paper="made for a test",
    function=double_margin,
    takes="pairs",
    parameters={"margin": "m"},
    reach=lambda margin: margin,
    collapsed=lambda batch, margin: margin**2 / 4,
)
'''
TEXTBOOK = '''"""The loss: contrastive, with positives at rest within half the margin."""

import torch

from core.take_home.parts.settings import MARGIN


def pair_loss(d, same):
    """max(0, d - m/2)²/2 for a pair of one class, max(0, m - d)²/2 for others; m = MARGIN."""
    return torch.where(same, (d - MARGIN / 2).relu() ** 2 / 2, (MARGIN - d).relu() ** 2 / 2)
'''
WORKED = """

def _double_margin(scene: Scene, parameters: Parameters) -> list[Line]:
    t, m = scene.triplet, parameters["margin"]
    pull = rf"\\frac{{\\max(0,\\; {t.d_ap:.2f}-{m / 2:.2f})^2}}{{2}}"
    push = rf"\\frac{{\\max(0,\\; {m:.2f}-{t.d_an:.2f})^2}}{{2}}"
    return [
        Line("positive", pull, max(0.0, t.d_ap - m / 2) ** 2 / 2),
        Line("negative", push, max(0.0, m - t.d_an) ** 2 / 2),
    ]


WORKED["double_margin"] = _double_margin
"""
ORACLE = """

def double_margin(points: Points, labels: Sequence[int], given: Parameters, pairs: Tuples | None) -> Terms:
    m = given["margin"]
    return pair_loss(
        lambda d: max(0, d - m / 2) ** 2 / 2, lambda d: max(0, m - d) ** 2 / 2, points, labels, pairs
    )


ORACLES["double_margin"] = double_margin
"""

USE = """
import json
from pathlib import Path

from benchmarks.losses import document, read
from core.__main__ import main
from core.config import RunConfig
from core.service.shared_engine import close_shared_engine
from core.take_home.script import script
from streamlit.testing.v1 import AppTest


def opened(page, **query):
    app = AppTest.from_file(Path("pages/ui/app.py").resolve(), default_timeout=60).run()
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(str(Path("pages", page).resolve())).run()
    assert not app.exception, app.exception
    return app


main(["train", "--set", "loss=double_margin", "--set", "epochs=1", "--set", "digits=2", "--json"])
train, losses = opened("lab/train.py", loss="double_margin"), opened("learn/losses.py")
losses.selectbox(key="bench_loss_0").select("double_margin").run()
assert not losses.exception, losses.exception
print(json.dumps({
    "offered": train.selectbox(key="loss").options,
    "formula": [caption.value for caption in train.sidebar.caption],
    "lesson": [text.value for text in (*losses.markdown, *losses.caption)],
    "docs": document(read()),
    "script": script(RunConfig(loss="double_margin")),
}))
close_shared_engine()
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project with the loss added as CONTRIBUTING.md says."""
    copy = tmp_path / "project"
    for part in ("core", "pages", "assets", "benchmarks", "tests", ".streamlit", "pyproject.toml"):
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / part)
    (copy / "core" / "losses" / "double_margin.py").write_text(ENTRY, "utf-8")
    (copy / "core" / "take_home" / "parts" / "losses" / "double_margin.py").write_text(TEXTBOOK, "utf-8")
    catalogue = copy / "core" / "losses" / "__init__.py"
    text = catalogue.read_text("utf-8")
    for line in ("    contrastive_squared,\n", "        contrastive_squared,\n"):
        assert text.count(f"\n{line}") == 1
        text = text.replace(f"\n{line}", f"\n{line}{line.replace('contrastive_squared', 'double_margin')}")
    catalogue.write_text(text, "utf-8")
    for file, added in (("tests/core/losses/oracles.py", ORACLE), ("core/lessons/worked.py", WORKED)):
        (copy / file).write_text((copy / file).read_text("utf-8") + added, "utf-8")
    return copy


def run(copy: Path, *arguments: str) -> str:
    env = {"CONTRASTIVE_LAB_RUNS": str(copy.parent / "runs"), "PYTHONPATH": str(copy)}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=copy, env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.whole_training
def test_a_new_loss_is_trained_shown_documented_and_exported(copy: Path) -> None:
    *_, trained, told = run(copy, "-c", USE).splitlines()
    assert json.loads(trained)["figures"]["rand_index"] > 0.9  # two digits, pulled to within half the margin
    found = json.loads(told)
    assert "Double margin" in found["offered"]
    assert any(r"\max(0, d - m/2)^2" in caption for caption in found["formula"])
    assert any("Double margin" in text for text in found["lesson"])
    assert "(`double_margin`)" in found["docs"]
    assert "(d - MARGIN / 2).relu() ** 2 / 2" in found["script"]


@pytest.mark.whole_training
def test_the_tests_of_the_catalogue_take_it_up(copy: Path) -> None:
    subjects = ("tests/core/losses", "tests/core/lessons")
    told = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *subjects, "-k", "double_margin")
    passed = int(told.strip().splitlines()[-1].split(" passed")[0].split()[-1])
    assert passed >= 10
