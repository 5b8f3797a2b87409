"""Faults of files, folders, networks and workers are reported, and nothing else is lost."""

import os
import re
import shutil
import signal
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from run import PROJECT
from tests.browser.conftest import StartServer
from tests.browser.harness import Server, Watch, has_torch, settled, workers
from tests.browser.lab import TRAINING_MS, TrainPage, folders, run_of, visitor


def flip_bytes(file: Path) -> None:
    """Damage a file like a bad disk: same length, different content."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    for place in range(middle, middle + 64):
        content[place] ^= 0xFF
    file.write_bytes(content)


def expect_example(lab: TrainPage) -> None:
    """The shipped run can still be shown."""
    lab.open()
    expect(lab.run_list).to_contain_text("Example")
    lab.expect_points(60_000)


def test_a_worker_killed_in_mid_run_is_reported_and_the_next_run_works(
    page: Page, start_server: StartServer
) -> None:
    server = start_server()
    server.expect_in_log(r"resource_tracker|leaked|loky")  # the killed process cannot clean up
    lab = TrainPage(page, server).open("epochs=50&seed=41")
    lab.press_train()
    lab.wait_until_training()
    for worker in workers(server):
        os.kill(worker.pid, signal.SIGKILL)
    expect(lab.status).to_contain_text("Failed")
    expect(lab.alerts).to_contain_text("was killed, or the machine ran out of memory")
    expect(lab.train).to_be_enabled()
    assert run_of(server.runs, epochs=50, seed=41).status().state == "failed"
    lab.set(digits=2)
    lab.page.get_by_role("slider", name="Epochs").press("Home")
    settled(page)
    lab.press_train()
    expect(lab.status).to_contain_text("2 classes", timeout=TRAINING_MS)
    lab.wait_until_trained()
    expect(lab.alerts).to_have_count(0)


def test_a_run_whose_folder_is_deleted_in_mid_run_is_reported_and_can_be_trained_again(
    watched: tuple[Page, Watch], start_server: StartServer
) -> None:
    page, watch = watched
    server = start_server()
    server.expect_in_log(r"FileNotFoundError|No such file|Traceback|ERROR")
    lab = TrainPage(page, server).open("epochs=50&digits=4&seed=46")
    watch.expect("404|410")
    lab.press_train()
    lab.wait_until_training()
    run = run_of(server.runs, epochs=50, digits=4, seed=46)
    run.folder.rename(server.runs.parent / "deleted")  # in one step, while its worker writes
    expect(page.get_by_text("This run is no longer on this server")).to_be_visible()
    expect(lab.train).to_be_enabled()
    page.get_by_role("button", name="Train it again").click()
    lab.wait_until_training()
    lab.stop.click()
    expect(lab.status).to_contain_text("Stopped")


def test_torch_is_in_the_workers_and_never_in_streamlits_process(page: Page, server: Server) -> None:
    lab = TrainPage(page, server).open("epochs=1&digits=2&seed=42")
    lab.press_train()
    lab.wait_until_trained()
    for tab in ("Density", "Clusters", "Davies-Bouldin"):
        lab.tab(tab)
    assert not has_torch(server.process.pid)
    assert workers(server)


def test_a_finished_run_that_is_damaged_later_says_so(page: Page, browser: Browser, server: Server) -> None:
    query, run = "epochs=1&digits=2&seed=43", run_of(server.runs, epochs=1, digits=2, seed=43)
    first = TrainPage(page, server).open(query)
    first.press_train()
    first.wait_until_trained()
    flip_bytes(run.folder / "figures.json")
    with visitor(browser, server) as lab:
        lab.open(query)
        expect(lab.alerts).to_have_count(1)
        expect(lab.alerts).to_contain_text("figures.json is not what was written")
        expect(lab.alerts).to_contain_text("Train it again, or choose another one")
        lab.press_train()
        expect(lab.alerts).to_have_count(0, timeout=TRAINING_MS)
        lab.wait_until_trained()
        assert lab.figures()["rand_index"]
        run.check()
        expect_example(lab)


def test_a_finished_run_deleted_under_its_viewer_is_told_of_and_can_be_trained_again(
    watched: tuple[Page, Watch], server: Server
) -> None:
    page, watch = watched
    run = run_of(server.runs, epochs=1, digits=2, seed=44)
    watch.expect(f"/runs/{run.key}/")  # the canvas's requests after the deletion fail
    lab = TrainPage(page, server).open("epochs=1&digits=2&seed=44")
    lab.press_train()
    lab.wait_until_trained()
    figures = lab.figures()
    run.folder.rename(server.runs.parent / "deleted-44")  # in one step: its replay is being made
    page.get_by_role("tab", name="Clusters").click()
    expect(page.get_by_text("This run is no longer on this server")).to_be_visible()
    expect(lab.run_list).to_contain_text("2 classes")
    page.get_by_role("button", name="Train it again").click()
    lab.wait_until_trained()
    expect(lab.alerts).to_have_count(0)
    assert lab.figures() == figures
    run.check()


def test_a_damaged_data_file_is_named(
    watched: tuple[Page, Watch], start_server: StartServer, tmp_path: Path
) -> None:
    """For a missing file see tests/core/data/test_datasets.py."""
    page, watch = watched
    watch.expect("/images/train/")  # requested by the canvas, to show them on hover
    copy = tmp_path / "project"
    for folder in ("core", "pages", "assets", ".streamlit"):
        shutil.copytree(PROJECT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "streamlit_app.py", copy)
    images = copy / "assets" / "mnist" / "train-images-idx3-ubyte.gz"
    flip_bytes(images)
    server = start_server(copy / "streamlit_app.py")
    server.expect_in_log(r"resource_tracker|leaked|loky")
    lab = TrainPage(page, server).open()
    lab.expect_points(60_000)
    lab.press_train()
    expect(lab.status).to_contain_text("Failed", timeout=TRAINING_MS)
    expect(lab.alerts).to_contain_text("train-images-idx3-ubyte.gz")
    expect_example(lab)


def test_without_a_network_other_images_are_refused_and_mnist_still_works(page: Page, server: Server) -> None:
    server.expect_in_log("could not fetch kmnist")
    before = folders(server.runs)
    lab = TrainPage(page, server).open("dataset=kmnist&epochs=1&digits=2&seed=45")
    lab.press_train()
    expect(lab.status).to_contain_text("Failed", timeout=TRAINING_MS)
    expect(lab.alerts).to_contain_text("could not be fetched")
    expect(lab.alerts).to_contain_text("Choose MNIST")
    lab.set(dataset="mnist")
    lab.press_train()
    expect(lab.status).to_contain_text(re.compile("MNIST digits"), timeout=TRAINING_MS)
    lab.wait_until_trained()
    assert len(folders(server.runs) - before) == 2
