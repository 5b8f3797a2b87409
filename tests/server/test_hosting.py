"""The claims of the hosting documents, as far as they can be tested without the hosts."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from core import environment
from core.service.open_pages import FILES_OF_A_PAGE, OTHER_FILES
from run import PROJECT
from tests.browser.harness import free_port, running_server

DOCS = PROJECT / "docs"


def test_the_table_lists_every_variable_and_no_other() -> None:
    table = set(re.findall(r"^\| `(CONTRASTIVE_LAB_\w+)`", (DOCS / "operations.md").read_text(), re.M))
    read = set(re.findall(r'"(CONTRASTIVE_LAB_\w+)"', Path(environment.__file__).read_text()))
    assert table == read


def test_the_unit_and_the_container_allow_files_for_every_page() -> None:
    needed = OTHER_FILES + FILES_OF_A_PAGE * environment.most_pages()
    unit, container = (DOCS / "contrastive-lab.service").read_text(), (DOCS / "Containerfile").read_text()
    for allowed in (
        re.search(r"^LimitNOFILE=(\d+)$", unit, re.M),
        re.search(r"--ulimit nofile=(\d+)", container),
    ):
        assert allowed is not None and int(allowed[1]) >= needed


@pytest.mark.whole_training
def test_the_image_has_every_file_that_the_app_reads(tmp_path: Path) -> None:
    """Runs the COPY lines in an empty folder: the app starts there and serves its page."""
    lines = (DOCS / "Containerfile").read_text().splitlines()
    for line in (line for line in lines if line.startswith("COPY ")):
        *sources, target = line.split()[1:]
        for source in sources:
            place = tmp_path / "app" / target
            if (PROJECT / source).is_dir():
                shutil.copytree(PROJECT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                place = tmp_path / "app" / (target if target not in (".", "./") else source)
                place.parent.mkdir(exist_ok=True)
                shutil.copy(PROJECT / source, place)
    with running_server(tmp_path / "served", tmp_path / "app" / "streamlit_app.py") as server:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{server.url}/health", timeout=60) as answer:
            assert answer.status == 200


@pytest.mark.whole_training
def test_the_units_command_starts_the_app() -> None:
    unit = (DOCS / "contrastive-lab.service").read_text()
    command = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M).group(1))
    assert command[0] == "/opt/contrastive-lab/.venv/bin/python"
    port = free_port()
    command = [sys.executable, *(argument.replace("=8501", f"={port}") for argument in command[1:])]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if f"http://127.0.0.1:{port}" in line:
                break
        else:
            raise AssertionError("it ended without an address")
    finally:
        process.terminate()
        process.communicate(timeout=60)
