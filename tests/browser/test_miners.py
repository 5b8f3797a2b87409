"""A miner in a real browser: the share of active triplets is plotted, and it falls."""

import numpy as np
from playwright.sync_api import Page, expect

from core.miners import MINERS
from tests.browser.harness import Server
from tests.browser.lab import TrainPage, run_of

# Half of the usual batch has an eighth of its triplets, and so takes less time and memory.
MINED = {"digits": 3, "epochs": 1, "loss": "triplet_margin", "batch_size": 100, "seed": 22}


def test_a_miner_chosen_on_the_page_trains_and_its_active_share_is_on_the_chart(
    page: Page, server: Server
) -> None:
    lab = TrainPage(page, server).open("&".join(f"{name}={value}" for name, value in MINED.items()))
    lab.set(miner="semi_hard")
    lab.press_train()
    lab.wait_until_trained()
    run = run_of(server.runs, **MINED, miner="semi_hard")
    assert run.config().miner == "semi_hard" and "semi_hard" in MINERS
    active = [report.active for report in run.progress()]
    assert all(share is not None and 0 <= share <= 1 for share in active)
    shares = np.array(active, dtype=float)
    assert shares[-5:].mean() < 0.5 * shares[:5].mean()
    expect(page.get_by_text("active share (grey)").first).to_be_visible()
    lines = page.get_by_test_id("stVegaLiteChart").filter(has_text="active share").locator("g.mark-line path")
    assert lines.count() >= 3  # training, validation, and the share
