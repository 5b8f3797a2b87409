"""The command `python -m benchmarks.resilience`: every fault and every hostile input that is tried, each with
its result, as a table. Runs the tests that try them, with real processes and real signals; some minutes.
"""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import say
from core.settings import PROJECT

TESTS = {
    "fault": (
        "tests/core/service/test_engine.py",
        "tests/core/test_engines_together.py",
        "tests/core/service/test_servers.py",
        "tests/core/service/test_storage.py",
        "tests/linux",
        "tests/browser/test_faults.py",
        "tests/browser/test_restart.py",
    ),
    "hostile": ("tests/server/test_hostile.py",),
}


def main() -> int:
    """Print the table; 1 where something was not survived."""
    print("| kind | what | result |\n| --- | --- | --- |")
    failed = False
    for kind, paths in TESTS.items():
        for name, result in _results(paths):
            print(f"| {kind} | {name} | {result} |", flush=True)
            failed |= result != "survived"
    return int(failed)


def _results(paths: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    say(f"{', '.join(paths)} ...")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", *paths, f"--junitxml={report}"]
        subprocess.run(command, cwd=PROJECT, stdout=sys.stderr, check=False)
        for case in ElementTree.parse(report).iter("testcase"):
            name = case.get("name", "").removeprefix("test_").replace("_", " ").replace("|", "/")
            bad = case.find("failure") is not None or case.find("error") is not None
            yield name, "NOT SURVIVED" if bad else "survived"


if __name__ == "__main__":
    sys.exit(main())
