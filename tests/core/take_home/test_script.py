"""How a script is assembled: its parts and lines for each config."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.config import PARAMETERS, PRESETS, RunConfig
from core.losses import LOSSES
from core.take_home.notebook import notebook
from core.take_home.script import ARGUMENT, flags_of, parts_of, script
from core.take_home.sources import PARTS, read
from tests.core.take_home.scripts import EVERY, cells_of, configs


def test_the_configs_cover_every_option() -> None:
    for name in ("loss", "sampling", "miner", "sampler"):
        assert {getattr(config, name) for config in EVERY} == set(PARAMETERS[name].options)
    assert {config.loss for config in EVERY if config.views} == {
        name for name, entry in LOSSES.items() if entry.learned is None
    }
    assert {config.miner for config in EVERY if config.views} == set(PARAMETERS["miner"].options)


def test_a_script_has_no_undefined_names_and_no_unused_imports(tmp_path: Path) -> None:
    texts = {script(config) for config in configs()}
    for number, text in enumerate(texts):
        (tmp_path / f"s{number}.py").write_text(text, encoding="utf-8")
        assert not re.search(r"\b(core|pages|tests|benchmarks)\.", text)
        assert not re.search(r"# \[(not )?\w+\]$", text, re.MULTILINE)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_part_and_every_marked_line_is_used_in_some_script() -> None:
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
    """The helpers of a part in any config."""
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


def test_a_script_contains_only_what_its_config_needs() -> None:
    fast, drawn = script(PRESETS["fast"]), script(PRESETS["notebook"])
    assert "PATIENCE" not in fast and "draw_" not in fast and "TEMPERATURE" not in fast
    assert "OneCycleLR" in fast and "OneCycleLR" not in drawn and "draw_pairs" not in drawn
    assert "draw_triplets" in drawn and "XPlusSigmoid" in drawn and "ACTIVATION" not in drawn


def test_the_rate_does_not_vary_over_fewer_than_ten_steps() -> None:
    few = RunConfig(digits=3, batch_size=4096, epochs=2)
    assert "OneCycleLR" not in script(few) and "OneCycleLR" in script(replace(few, epochs=3))


def test_the_notebook_contains_the_formula() -> None:
    for config in PRESETS.values():
        assert f"$${LOSSES[config.loss].formula}$$" in "".join(
            "".join(cell["source"]) for cell in json.loads(notebook(config))["cells"]
        )


def test_the_notebook_has_the_lines_of_the_script() -> None:
    content = json.loads(notebook(PRESETS["fast"]))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in content["cells"]]
    assert len(set(names)) == len(names) and all(0 < len(name) <= 64 for name in names)
    for config in (*PRESETS.values(), *EVERY[::5]):
        text = script(config)
        for code in cells_of(config)[1:]:  # the first has the imports
            assert code.replace('"data"', ARGUMENT, 1 if "FOLDER =" in code else 0) in text


# A change of each setting, with the other settings that it needs to have an effect.
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
    "validation": ({"validation": "test"}, {}),
    "seed": ({"seed": 9}, {}),
}


def test_every_setting_affects_the_script() -> None:
    assert set(CHANGED) == set(PARAMETERS)
    for name, (change, where) in CHANGED.items():
        assert script(RunConfig(**where, **change)) != script(RunConfig(**where)), name


def test_a_parameter_that_the_loss_does_not_read_is_left_out() -> None:
    assert "TEMPERATURE" not in script(RunConfig(temperature=0.5))


def test_a_margin_says_what_it_measures() -> None:
    units = {
        "contrastive": "a distance",
        "contrastive_squared": "a squared distance",
        "pair_hinge_triplet": "a distance",
        "triplet_margin": "a difference of distances",
    }
    for loss, unit in units.items():
        for margin in (1.0, 0.4):
            assert f": {unit}\n" in script(RunConfig(loss=loss, margin=margin)), loss
