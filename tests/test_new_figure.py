"""A new figure is one file and one line: it then appears on the page, in the report, in the JSON and in the docs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

THE_FILE = '''"""How far the farthest training image lies from the origin."""

import numpy as np

from core.figures.base import Figure, Subject
from core.figures.estimate import Estimate, exact, undefined, why_not


def farthest(subject: Subject) -> Estimate:
    points = subject.embedding.train
    if reason := why_not(points):
        return undefined(reason)
    return exact(float(np.linalg.norm(points, axis=1).max()), len(points))


ENTRIES = (
    Figure(
        "farthest",
        "Farthest image",
        "Farthest",
        "shape",
        "The distance of the farthest training image from the origin.",
        best=0.0,
        worst=float("inf"),
        range="0 to infinity",
        chance=None,
        source="made for a test",
        function=farthest,
    ),
)
'''
AFTER, THE_LINE = '    "effective_rank",\n', '    "farthest",\n'

USE = """
import json
from pathlib import Path

from core.__main__ import main
from core.config import RunConfig
from core.pictures.frames import CanvasOptions
from core.runs import run_at
from core.service.shared_engine import close_shared_engine
from core.take_home.report import CanvasFiles, report
from core.environment import runs_folder
from streamlit.testing.v1 import AppTest

SETTINGS = {"epochs": "1", "digits": "2", "seed": "99"}
sets = [part for name, value in SETTINGS.items() for part in ("--set", f"{name}={value}")]
main(["train", *sets, "--out", str(runs_folder()), "--json"])
main(["figures"])
run = run_at(RunConfig.from_text(SETTINGS).key)
canvas = CanvasFiles("", "", "export default 0")
page = report(run, "", CanvasOptions(class_names=("0", "1")), canvas, [])


def shown(settings, part):
    app = AppTest.from_file(Path("pages/ui/app.py").resolve(), default_timeout=60).run()
    for name, value in {**settings, "part": part}.items():
        app.query_params[name] = value
    app.switch_page(str(Path("pages/lab/clusters.py").resolve())).run()
    assert not app.exception, app.exception
    tables = [table.value.to_dict("records") for table in app.table]
    return {"metrics": {m.label: m.value for m in app.metric}, "rows": [row for table in tables for row in table]}


print(json.dumps({
    "value": run.evaluation().values["farthest"],
    "report": page,
    "cards": shown(SETTINGS, "Without clusters")["metrics"],
    "rows": shown(SETTINGS, "All figures")["rows"],
    "before": shown({}, "All figures")["rows"],
}))
close_shared_engine()
"""


@pytest.mark.whole_training
def test_a_new_figure_is_one_file_and_one_line(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    for part in ("core", "pages", "assets", "tests", ".streamlit"):
        shutil.copytree(PROJECT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    catalogue = copy / "core" / "figures" / "__init__.py"
    text = catalogue.read_text("utf-8")
    assert text.count(AFTER) == 1
    catalogue.write_text(text.replace(AFTER, AFTER + THE_LINE), "utf-8")
    (copy / "core" / "figures" / "farthest.py").write_text(THE_FILE, "utf-8")

    env = {"CONTRASTIVE_LAB_RUNS": str(tmp_path / "runs"), "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=copy,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    trained, *docs, told = done.stdout.splitlines()
    found = json.loads(told)
    value = found["value"]
    assert 0.1 < value < 10
    assert json.loads(trained)["figures"]["farthest"] == value
    assert any("**Farthest image** (`farthest`)" in line for line in docs)
    assert f'<td>Farthest image</td><td class="number">{value:.4f}</td>' in found["report"]
    assert found["cards"]["Farthest image"] == f"{value:.3f}"
    (row,) = (row for row in found["rows"] if "Farthest image" in row["figure"])
    assert (row["value"], row["guessing"], row["best"]) == (f"{value:.4f}", "–", "0")
    # a run measured before still works, and says what it lacks
    (row,) = (row for row in found["before"] if "Farthest image" in row["figure"])
    assert row["value"] == "undefined" and "measured before this figure was added" in row["figure"]
    # the tests that go through the catalogue take it up
    tests = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/core/figures/test_evaluation.py",
    ]
    checked = subprocess.run(
        tests, cwd=copy, env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_the_page_of_figures_is_up_to_date() -> None:
    """If this fails: run `python -m core figures > docs/figures.md`."""
    from core.figures.page import catalogue_page

    assert (PROJECT / "docs" / "figures.md").read_text("utf-8") == catalogue_page()
