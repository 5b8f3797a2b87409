"""The command that writes docs/resilience.md: what it runs, what it writes, and how it exits."""

import ast
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from benchmarks import resilience
from benchmarks.row import Row
from benchmarks.tried import FAULTS, HOSTILE_INPUTS
from run import PROJECT
from tests.core.conftest import wait_until

TESTS = [test for each in (*FAULTS, *HOSTILE_INPUTS) for test in each.tests]


def test_every_named_test_exists() -> None:
    there = {
        f"{file}::{node.name}"
        for file in {test.partition("::")[0] for test in TESTS}
        for node in ast.parse((PROJECT / file).read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    assert set(TESTS) - there == set()


def test_a_part_replaces_its_previous_version_only() -> None:
    page = ""
    for part, title in resilience.TITLES.items():
        page = resilience.with_section(page, part, f"## {title}\n\nold {part}")
    again = resilience.with_section(page, "faults", f"## {resilience.TITLES['faults']}\n\nnew | words")
    assert again == page.replace("old faults", "new | words") != page
    assert again.startswith(resilience.HEAD)


def test_parts_have_a_fixed_order() -> None:
    page = ""
    for part in reversed(list(resilience.TITLES)):
        page = resilience.with_section(page, part, f"## {resilience.TITLES[part]}\n\n{part}")
    titles = [line[3:] for line in page.splitlines() if line.startswith("## ")]
    assert titles == list(resilience.TITLES.values())


def test_a_missed_goal_is_reported_as_missed() -> None:
    lines, well = resilience._of_rows([Row("a", "b", "s", 2.0, high=1), Row("a", "c", "MB", 3.0)], "")
    assert not well
    assert lines[-2:] == ["| a: b | 2 s | - | - | <= 1 | NO |", "| a: c | 3 MB | - | - | - | yes |"]


CASES = """
import pytest
def test_good(): pass
@pytest.mark.parametrize("what", ["good", "b|ad"])
def test_cases(what): assert what == "good"
@pytest.fixture
def broken(): raise ValueError
def test_error(broken): pass
@pytest.mark.skip
def test_skipped(): pass
"""


def test_only_passed_tests_count_as_survived(tmp_path: Path) -> None:
    """With a real pytest report of tests that pass, fail, have an error and are skipped."""
    (tmp_path / "test_made.py").write_text(CASES)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}"]
    subprocess.run([*command, f"--junitxml={report}", "test_made.py"], cwd=tmp_path, capture_output=True)
    results = dict(resilience._read(report))
    assert resilience._cases(results, "test_made.py::test_good") == {"": "survived"}
    assert resilience._cases(results, "test_made.py::test_cases") == {
        "good": "survived",
        "b ad": "NOT SURVIVED",
    }
    assert resilience._cases(results, "test_made.py::test_error") == {"": "NOT SURVIVED"}
    assert resilience._cases(results, "test_made.py::test_skipped") == {"": "did not run here"}
    assert resilience._cases(results, "test_made.py::test_go") == {}
    assert resilience._worst([]) == resilience._worst(["survived", "did not run here"]) == "did not run here"
    assert resilience._worst(["survived", "NOT SURVIVED", "did not run here"]) == "NOT SURVIVED"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.whole_training
@pytest.mark.parametrize(
    ("command", "number"),
    [  # each command and each signal once: the two are independent
        ("benchmarks stop", signal.SIGINT),
        ("benchmarks.resilience --only hostile", signal.SIGTERM),
    ],
)
def test_an_interrupted_command_leaves_no_server_behind(command: str, number: int, tmp_path: Path) -> None:
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command.split()],
            cwd=PROJECT,
            stdout=output,
            stderr=output,
            # if a shell runs the tests in the background, they and their children ignore Ctrl+C
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    command_process = psutil.Process(process.pid)
    started: list[psutil.Process] = []

    def a_server_runs() -> bool:
        started[:] = command_process.children(recursive=True)
        with contextlib.suppress(psutil.Error):  # a child may have ended
            return any("streamlit run" in " ".join(child.cmdline()) for child in started)
        return False

    try:
        wait_until(a_server_runs, "a server is started")
        process.send_signal(number)
        assert process.wait(60) == 128 + number
        assert psutil.wait_procs(started, timeout=20)[1] == []
    finally:
        for child in started:
            if child.is_running():
                child.kill()
        process.kill()
        process.wait()
