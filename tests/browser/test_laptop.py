"""A laptop is closed during its run, and opened again."""

import contextlib
import signal

import psutil
from playwright.sync_api import Browser, expect

from core.service.work_queue import NOBODY_WAITED
from run import find_browser
from tests.browser.conftest import StartServer
from tests.browser.harness import BROWSER_FLAGS
from tests.browser.lab import run_of, visitor
from tests.core.conftest import wait_until

NAME = "--class=laptop"


def its_processes() -> list[psutil.Process]:
    """The laptop's browser and its child processes; only some of them carry the name."""
    found: dict[psutil.Process, None] = {}
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a process that has just ended
            if NAME in process.cmdline():
                found |= dict.fromkeys([process, *process.children(recursive=True)])
    return list(found)


def send(processes: list[psutil.Process], signal: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal)


def test_who_closes_the_laptop_for_longer_than_the_grace_time_reads_that_nobody_was_waiting(
    browser: Browser, start_server: StartServer
) -> None:
    server = start_server(CONTRASTIVE_LAB_WORKERS="1", CONTRASTIVE_LAB_GRACE="8")
    laptop = browser.browser_type.launch(executable_path=find_browser(), args=[*BROWSER_FLAGS, NAME])
    its_own = its_processes()
    try:
        with visitor(laptop, server) as lab:
            lab.open("epochs=50&seed=71").press_train()
            lab.wait_until_training()
            its_own = its_processes()
            send(its_own, signal.SIGSTOP)
            run = run_of(server.runs, epochs=50, seed=71)
            wait_until(lambda: run.status().ended, "the run is cancelled, as no session waits for it")
            assert (run.status().state, run.status().message) == ("cancelled", NOBODY_WAITED)
            send(its_own, signal.SIGCONT)
            expect(lab.status).to_contain_text("Stopped early")
            expect(lab.status).to_contain_text("Nobody was waiting for it any more")
            expect(lab.train).to_be_enabled()
    finally:
        send(its_own, signal.SIGCONT)
        laptop.close()
