"""Several visitors, and several runs of one visitor."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import Server, open_page, settled, watch
from tests.browser.lab import TrainPage, folders, run_of, visitor
from tests.core.conftest import wait_until


@pytest.fixture
def lab(page: Page, server: Server) -> TrainPage:
    return TrainPage(page, server)


def test_runs_can_be_picked_renamed_dropped_and_brought_back(lab: TrainPage) -> None:
    page = lab.page
    lab.open("epochs=1&digits=2&seed=31").press_train()
    lab.wait_until_trained()
    first = lab.figures()
    lab.set(digits=3)
    lab.press_train()
    expect(lab.status).to_contain_text("3 classes")
    lab.wait_until_trained()
    second = lab.figures()
    assert first != second

    names = lab.runs()
    assert len(names) == 3  # two of its own and the example
    lab.pick(names[1])
    settled(page)
    assert lab.figures() == first

    page.get_by_role("button", name="edit").click()
    name = page.get_by_role("textbox", name="Name")
    name.fill("My first run")
    name.press("Enter")
    settled(page)
    expect(lab.run_list).to_contain_text("My first run")

    drop = page.get_by_role("button", name="Remove from the list")
    if not drop.is_visible():
        page.get_by_role("button", name="edit").click()
    drop.click()
    settled(page)
    assert lab.figures() == second
    assert "My first run" not in lab.runs()
    lab.pick("Example run (shipped)")  # undo works from any run
    settled(page)
    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(lab.run_list).to_contain_text("My first run")
    assert lab.figures() == first
    assert run_of(lab.server.runs, epochs=1, digits=2, seed=31).status().state == "done"

    kept = lab.runs()
    open_page(page, lab.server, "/losses")  # where no canvas asks for it
    gone = run_of(lab.server.runs, epochs=1, digits=2, seed=31).folder
    gone.rename(lab.server.runs.parent / "deleted-31")  # in one step: its replay may be being made
    open_page(page, lab.server, "/clusters")  # as typed again: a session that knows nothing
    assert lab.runs() == ["My first run (no longer on this server)", *kept[1:]]


def test_the_first_of_two_who_stops_leaves_and_the_last_one_cancels(
    lab: TrainPage, browser: Browser, server: Server
) -> None:
    query, run = "epochs=50&seed=32", run_of(server.runs, epochs=50, seed=32)
    with visitor(browser, server) as other:
        lab.open(query).press_train()
        lab.wait_until_training()
        other.open(query, quiet=0)  # opening the link of a run under way waits for it as well
        other.wait_until_training()
        before = run.progress()
        other.stop.click()
        expect(other.page.get_by_text("You have left this run")).to_be_visible()
        expect(other.train).to_be_enabled()
        wait_until(lambda: len(run.progress()) > len(before), "the run continues for the other visitor")
        assert run.progress()[: len(before)] == before  # and did not restart
        lab.page.wait_for_timeout(1500)
        expect(other.page.get_by_text("You have left this run")).to_be_visible()  # while it is true
        assert run.status().state == "training"
        expect(lab.stop).to_be_enabled()
        lab.stop.click()
        for visit in (lab, other):
            expect(visit.status).to_contain_text("Stopped")
        assert run.status().state == "cancelled"


def test_a_run_left_to_others_says_so_also_while_another_is_awaited(
    lab: TrainPage, browser: Browser, server: Server
) -> None:
    with visitor(browser, server) as other:
        lab.open("epochs=50&seed=36").press_train()
        lab.wait_until_training()
        other.open("epochs=50&seed=36", quiet=0)
        other.wait_until_training()
        left = other.runs()[0]
        other.stop.click()
        line = other.page.get_by_text("You have left this run")
        expect(line).to_contain_text("Press Train to wait for it again")
        other.widget("digits").press("ArrowLeft")
        expect(line).not_to_contain_text("Press Train")  # now it would be another run
        other.press_train()
        expect(line).to_have_count(0)
        other.pick(left)
        expect(line).to_be_visible()
        expect(line).not_to_contain_text("Press Train")
        other.stop.click()
        lab.stop.click()
        expect(other.status).to_contain_text("Stopped")
        expect(line).to_have_count(0)


def test_three_who_press_train_at_once_share_one_training(browser: Browser, server: Server) -> None:
    before = folders(server.runs)
    with ExitStack() as stack:
        three = [stack.enter_context(visitor(browser, server)) for _ in range(3)]
        for visit in three:
            visit.open("seed=33")
        for visit in three:
            visit.press_train()
        for visit in three:
            visit.wait_until_trained()
        assert folders(server.runs) - before == {run_of(server.runs, seed=33).key}
        reports = run_of(server.runs, seed=33).progress()
        assert [r.step for r in reports] == sorted({r.step for r in reports})  # written once, by one worker
        assert three[0].figures() == three[1].figures() == three[2].figures()


def test_two_tabs_of_one_visitor_share_one_training(lab: TrainPage) -> None:
    second = lab.page.context.new_page()
    faults = watch(second)
    tabs = [lab, TrainPage(second, lab.server)]
    for tab in tabs:
        tab.open("epochs=1&digits=2&seed=34")
    for tab in tabs:
        tab.press_train()
    for tab in tabs:
        tab.wait_until_trained()
    reports = run_of(lab.server.runs, epochs=1, digits=2, seed=34).progress()
    assert [r.step for r in reports] == sorted({r.step for r in reports})
    assert tabs[0].figures() == tabs[1].figures()
    assert not faults.unexpected()


def test_another_run_can_be_shown_while_ones_own_continues(lab: TrainPage) -> None:
    lab.open("epochs=50&seed=35").press_train()
    lab.wait_until_training()
    lab.pick("Example run (shipped)")
    expect(lab.page.get_by_text("is still training")).to_be_visible()
    expect(lab.page.get_by_role("img", name="60,000 points")).to_be_visible()
    lab.page.get_by_role("button", name="Show it").click()
    lab.wait_until_training()
    expect(lab.run_list).not_to_contain_text("Example run (shipped)")
    lab.stop.click()
    expect(lab.status).to_contain_text("Stopped")


def test_a_browser_is_one_person_after_a_reload_and_in_another_tab(lab: TrainPage) -> None:
    run = run_of(lab.server.runs, epochs=50, seed=37)
    lab.open("epochs=50&seed=37").press_train()
    lab.wait_until_training()
    lab.open("epochs=50&seed=37&digits=9", quiet=0)  # as after a slider was moved and the page loaded again
    expect(lab.page.get_by_text("is still training")).to_be_visible()
    second = TrainPage(lab.page.context.new_page(), lab.server)
    second.open(quiet=0)
    second.page.get_by_role("button", name="Show it").click()
    second.wait_until_training()
    second.stop.click()  # nobody else waits for it
    expect(second.status).to_contain_text("Stopped")
    assert run.status().state == "cancelled"
    expect(lab.page.get_by_text("is still training")).to_have_count(0)
    expect(lab.train).to_be_enabled()
