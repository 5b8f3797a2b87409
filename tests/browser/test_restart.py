"""The server is terminated or killed, and restarts: finished runs are there, interrupted ones say so."""

import signal
from pathlib import Path

import psutil
from playwright.sync_api import Browser, expect

from tests.browser.conftest import StartServer
from tests.browser.harness import ORPHAN_SECONDS, STOP_SECONDS
from tests.browser.lab import run_of, visitor

FINISHED, CUT_SHORT = "epochs=1&digits=2&seed=51", "epochs=50&digits=2&seed=52"


def test_a_server_killed_or_told_to_end_in_mid_run_loses_nothing_that_was_finished(
    browser: Browser, start_server: StartServer, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    server = start_server(CONTRASTIVE_LAB_RUNS=str(runs))
    with visitor(browser, server) as lab:
        lab.open(FINISHED).press_train()
        lab.wait_until_trained()
        figures = lab.figures()
        lab.open(CUT_SHORT).press_train()
        lab.wait_until_training()
        children = psutil.Process(server.process.pid).children(recursive=True)
        lab.page.close()  # before the server ends: its requests would fail
        server.process.kill()
        server.process.wait()
    assert not psutil.wait_procs(children, timeout=ORPHAN_SECONDS)[1]  # no worker keeps training
    server.expect_in_log("resource_tracker|leaked")
    run = run_of(runs, epochs=50, digits=2, seed=52)
    assert run.status().state == "training"  # no process was left to change it

    again = start_server(CONTRASTIVE_LAB_RUNS=str(runs))
    with visitor(browser, again) as lab:
        lab.open(FINISHED)
        expect(lab.status).to_contain_text("Trained in")
        assert lab.figures() == figures
        lab.open(CUT_SHORT)
        expect(lab.alerts).to_contain_text("This run was interrupted")
        expect(lab.status).to_contain_text("Interrupted")
        expect(lab.train).to_be_enabled()
        expect(lab.stop).to_be_disabled()
        expect(lab.page.get_by_role("img", name="2,000 points")).to_be_visible()
        polls: list[str] = []
        lab.page.on(
            "request", lambda request: polls.append(request.url) if "/status" in request.url else None
        )
        lab.page.wait_for_timeout(2_000)
        assert not polls  # nothing more can come
        lab.press_train()
        lab.wait_until_training()
        expect(lab.alerts).to_have_count(0)

        # terminated, again during a run, it ends with its workers
        children = psutil.Process(again.process.pid).children(recursive=True)
        assert children
        lab.page.close()
        again.process.send_signal(signal.SIGTERM)
        again.process.wait(STOP_SECONDS)
    assert not psutil.wait_procs(children, timeout=ORPHAN_SECONDS)[1]
