"""The page Take it home without a browser: what it offers for which run."""

import re

import pytest

from core.config import RunConfig
from core.runs import Run
from core.take_home.run_file import run_file
from core.take_home.script import script
from pages.ui import imported
from pages.ui.take_home import file_name
from tests.pages.conftest import OpenPage

PAGE = "lab/take_home.py"


def test_the_shipped_run_can_be_taken_along_in_every_way(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    offered = ["Script", "Notebook", "Download the run", "Download the report"]
    assert [button.label for button in app.get("download_button")] == offered
    assert script(RunConfig()).rstrip() in [code.value.rstrip() for code in app.code]


@pytest.mark.parametrize("config", [RunConfig(), RunConfig(loss="contrastive_squared", margin=0.35)])
def test_a_file_has_a_name_that_every_system_takes(config: RunConfig) -> None:
    assert re.fullmatch(r"[a-z0-9_]{3,80}\.zip", file_name(config, "zip"))


def test_a_run_brought_along_is_private_and_goes_with_its_session(finished_zip: bytes) -> None:
    """Its folder belongs to an object that the session holds: without that, it is gone."""
    from core import settings
    from core.runs import run_at
    from core.take_home.importing import import_run

    run = import_run(finished_zip, settings.imported_runs_folder())
    belonging = imported._Belonging(run.folder)
    assert run_at(run.key).folder == run.folder and run_at(run.key).imported
    assert run_at(RunConfig().key).folder != run.folder
    del belonging
    assert not run.folder.exists()
    assert run_at(run.key).status().state == "missing"


@pytest.fixture
def finished_zip() -> bytes:
    from core import settings

    return run_file(Run(settings.shipped_runs_folder() / RunConfig().key))
