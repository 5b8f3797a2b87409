"""The page Take it home without a browser: its downloads and file names."""

import re

import pytest

from core.config import RunConfig
from core.runs import example_run
from core.take_home.script import script
from pages.ui.take_home import page
from pages.ui.take_home.page import file_name
from tests.pages.conftest import OpenPage

PAGE = "lab/take_home.py"


def test_the_shipped_run_can_be_exported_in_every_way(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    offered = ["Script", "Notebook", "Download the run", "Download the report"]
    assert [button.label for button in app.get("download_button")] == offered
    assert script(RunConfig()).rstrip() in [code.value.rstrip() for code in app.code]


LONG = {
    "loss": "contrastive_squared",
    "margin": 0.35,
    "hidden": (64, 32, 16, 8),
    "activation": "swish",
    "miner": "none",
}


@pytest.mark.parametrize(
    "config", [RunConfig(), RunConfig(**LONG), RunConfig(**LONG, wrong_labels=0.25, seed=123)]
)
def test_file_names_are_valid_on_every_system(config: RunConfig) -> None:
    assert re.fullmatch(r"[a-z0-9_]{3,80}\.zip", file_name(config, "zip"))


def test_the_file_of_a_run_is_made_once_for_all_who_ask() -> None:
    run = example_run()
    made = [page._zip(str(run.folder), run.status().updated) for _ in range(2)]
    assert made[0] is made[1]
