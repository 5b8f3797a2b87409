"""A source file is edited while the server runs and people wait: nothing is doubled, nothing is lost."""

import json
import shutil
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from run import PROJECT
from tests.browser.conftest import StartServer
from tests.browser.harness import Server, settled, workers
from tests.browser.lab import TRAINING_MS, run_of, visitor

# what says in the log that an edited file was read anew; on a line of its own, as the log is read by lines
SAID = "\nprint('read anew: {name}', flush=True)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the app that may be edited; its assets are only read."""
    copy = tmp_path / "project"
    for part in ("core", "pages", ".streamlit"):
        shutil.copytree(PROJECT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("streamlit_app.py", "pyproject.toml"):
        shutil.copy(PROJECT / part, copy)
    (copy / "assets").symlink_to(PROJECT / "assets")
    return copy


def edit(project: Path, name: str) -> None:
    """Append a line that changes nothing but says that it was read."""
    with (project / name).open("a", encoding="utf-8") as file:
        file.write(SAID.format(name=name))


def read_anew(server: Server, name: str, seconds: float = 30) -> None:
    """Wait until the server has read the edited file."""
    end = time.monotonic() + seconds
    while f"read anew: {name}" not in server.log.read_text(encoding="utf-8"):
        assert time.monotonic() < end, f"{name} was not read anew: this test would prove nothing"
        time.sleep(0.1)


def standing(server: Server) -> dict[str, Any]:
    """What the engine says of itself at /health."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(server.url + "/health", timeout=30) as answer:
        found: dict[str, Any] = json.loads(answer.read())["standing"]
        return found


FILES = (
    "core/service/engine.py",
    "core/service/shared_engine.py",
    "core/runs/run.py",
    "pages/ui/panel.py",
    "pages/lab/train.py",
)


# Streamlit watches what lies beside its script (pages/ui) and the pages; with the project on PYTHONPATH,
# as for a Dask worker, all of it.
@pytest.mark.parametrize(
    ("path", "noticed"), [("", FILES[-2:]), ("the project", FILES)], ids=["as it is started", "on PYTHONPATH"]
)
def test_a_source_file_edited_while_a_run_is_trained_doubles_nothing_and_loses_nothing(
    browser: Browser, start_server: StartServer, project: Path, path: str, noticed: tuple[str, ...]
) -> None:
    env = {"PYTHONPATH": str(project)} if path else {}
    server = start_server(
        project / "streamlit_app.py",
        ["--server.fileWatcherType", "auto"],
        CONTRASTIVE_LAB_WORKERS="1",
        CONTRASTIVE_LAB_QUEUE="1",
        **env,
    )
    with visitor(browser, server) as ada, visitor(browser, server) as bob, visitor(browser, server) as eve:
        ada.open("epochs=8&digits=4&seed=61").press_train()
        ada.wait_until_training()
        for worker in workers(server):  # held, so that somebody still waits when the edit has been noticed
            worker.suspend()
        bob.open("epochs=1&digits=4&seed=62").press_train()
        expect(bob.status).to_contain_text("In the queue")
        pids = [worker.pid for worker in workers(server)]
        for name in FILES:
            edit(project, name)
        eve.open("epochs=1&digits=4&seed=63")  # whose visit, if nothing before it, reads them anew
        for name in noticed:
            read_anew(server, name)
        eve.press_train()
        expect(eve.alerts).to_contain_text("The class is busy: 1 runs are waiting")
        for worker in workers(server):
            worker.resume()
        for visit in (ada, bob):
            visit.wait_until_trained()
        assert run_of(server.runs, epochs=8, digits=4, seed=61).status().state == "done"
        assert run_of(server.runs, epochs=1, digits=4, seed=62).status().state == "done"
        eve.press_train()
        expect(eve.alerts).to_have_count(0, timeout=TRAINING_MS)
        eve.wait_until_trained()
        for visit in (ada, bob, eve):
            settled(visit.page)
            assert visit.alerts.count() == 0 and visit.figures()
        found = standing(server)
        assert (found["slots"], found["waiting"], found["running"]) == (1, 0, {})
        now = [worker.pid for worker in workers(server)]
        assert found["pids"] == now == pids and len(pids) == 1  # the same one worker from first to last
