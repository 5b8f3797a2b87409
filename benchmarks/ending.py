"""An end that leaves nothing behind: on Ctrl+C and on SIGTERM alike, servers and tests are ended first."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from benchmarks.row import say
from core.settings import PROJECT

SECONDS_TO_END = 60


def ended_cleanly(main: Callable[[], int]) -> int:
    """The exit code of `main`; Ctrl+C and SIGTERM both unwind it, through every `with` and `finally`."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        return main()
    except KeyboardInterrupt:
        say("Ended before its end.")
        return 128 + signal.SIGINT


def run_to_its_end(command: Sequence[str]) -> int:
    """Run a command that starts servers of its own, such as pytest, with its output on standard error; returns
    its exit code. Where this program is told to end meanwhile, the command is told so once, and waited for."""
    process = subprocess.Popen(command, cwd=PROJECT, stdout=sys.stderr, start_new_session=os.name == "posix")
    try:
        return process.wait()
    except BaseException:
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def _leave(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would cut the tidying up short
    sys.exit(128 + number)
