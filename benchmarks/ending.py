"""An end that leaves nothing behind: on Ctrl+C and on SIGTERM alike, servers and tests are ended first."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from core.settings import PROJECT

SECONDS_TO_END = 60
TO_END = (signal.SIGINT, signal.SIGTERM)


def ended_cleanly(main: Callable[[], int]) -> int:
    """The exit code of `main`; Ctrl+C and SIGTERM both unwind it, through every `with` and `finally`."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        return main()
    except KeyboardInterrupt:
        print("Ended before its end.", file=sys.stderr, flush=True)
        return 128 + signal.SIGINT


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """A signal that comes meanwhile takes effect at the end: nobody is to be born without being known. Only in
    the main thread, which alone hears of signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda got, _: came.append(got)) for number in TO_END}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def run_to_its_end(command: Sequence[str]) -> int:
    """Run a command that starts servers of its own, such as pytest, with its output on standard error; returns
    its exit code. Where this program is told to end meanwhile, the command is told so once, and waited for."""
    process: subprocess.Popen[bytes] | None = None
    try:
        with undisturbed():
            own = os.name == "posix"  # a session of its own: it hears of the end from here, and once
            process = subprocess.Popen(command, cwd=PROJECT, stdout=sys.stderr, start_new_session=own)
        return process.wait()
    except BaseException:
        if process is None:
            raise
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def _leave(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would cut the tidying up short
    sys.exit(128 + number)
