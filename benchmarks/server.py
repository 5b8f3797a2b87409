"""The app as a server to be measured: it and its worker on one core, the visitors on the other."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.ending import undisturbed
from benchmarks.row import say
from core.environment import PROJECT
from core.runs import Run


@dataclass(frozen=True)
class Served:
    """A running server: its address, process, runs folder and log."""

    url: str
    process: psutil.Process
    runs: Path
    log: Path

    def run(self, key: str) -> Run:
        """The run `key` in its runs folder."""
        return Run(self.runs / key)

    def memory(self) -> float:
        """The resident memory of the process that serves the pages, in MB."""
        return float(self.process.memory_info().rss) / 1e6

    def workers_memory(self) -> float:
        """The resident memory of its child processes, in MB."""
        return sum(float(child.memory_info().rss) for child in self.process.children(recursive=True)) / 1e6

    def errors(self) -> int:
        """The number of tracebacks in its log."""
        return self.log.read_text(encoding="utf-8", errors="replace").count("Traceback")


@contextlib.contextmanager
def served(**env: str) -> Iterator[Served]:
    """Run the app with one worker in a temporary folder; ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, _cores_apart() as its_own:
        runs, log = Path(folder) / "runs", Path(folder) / "server.log"
        command = [sys.executable, "-m", "streamlit", "run", str(PROJECT / "streamlit_app.py")]
        command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(port)]
        own = {"CONTRASTIVE_LAB_RUNS": str(runs), "CONTRASTIVE_LAB_WORKERS": "1", **env}
        process: subprocess.Popen[bytes] | None = None
        try:
            with log.open("wb") as output, undisturbed():
                process = subprocess.Popen(
                    command,
                    cwd=PROJECT,
                    env=os.environ | own,
                    stdout=output,
                    stderr=output,
                    preexec_fn=its_own,
                )
            found = Served(f"http://127.0.0.1:{port}", psutil.Process(process.pid), runs, log)
            _wait_until_healthy(found)
            yield found
        finally:
            if process is not None:
                process.terminate()
                process.wait(30)


@contextlib.contextmanager
def _cores_apart() -> Iterator[Callable[[], None] | None]:
    """Pin this process to the last core; yields a function that pins the calling process to the first one."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        say("The server and its visitors share the cores here, so the figures are too bad.")
        yield None
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield lambda: os.sched_setaffinity(0, {min(before)})
    finally:
        os.sched_setaffinity(0, before)


def _wait_until_healthy(server: Served) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with contextlib.suppress(OSError), opener.open(f"{server.url}/_stcore/health", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The server did not come up:\n{server.log.read_text(encoding='utf-8')}")
