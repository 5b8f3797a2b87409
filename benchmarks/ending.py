"""A clean exit: on Ctrl+C and on SIGTERM, servers and tests are ended first."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from core.environment import PROJECT

SECONDS_TO_END = 60
TO_END = (signal.SIGINT, signal.SIGTERM)


def ended_cleanly(main: Callable[[], int]) -> int:
    """Run `main` and return its exit code; Ctrl+C and SIGTERM unwind it through every `with` and `finally`."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        return main()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr, flush=True)
        return 128 + signal.SIGINT


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Defer signals to the end of the block, so that no process is started without being recorded. No effect
    outside the main thread, which alone receives signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    before = {number: signal.signal(number, lambda got, _: received.append(got)) for number in TO_END}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if received:
            signal.raise_signal(received[0])


def run_to_its_end(command: Sequence[str]) -> int:
    """Run a command that starts servers, such as pytest, with its output on standard error; returns its exit
    code. If this program is interrupted, the command is interrupted once, and waited for."""
    process: subprocess.Popen[bytes] | None = None
    try:
        with undisturbed():
            own = os.name == "posix"  # a separate session: it receives the signal from here only, and once
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
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would interrupt the cleanup
    sys.exit(128 + number)
