"""From labels to views in a real browser: the slider is moved, and the run learns without labels."""

import re

from playwright.sync_api import Page, expect

from tests.browser.harness import Server, settled
from tests.browser.lab import TrainPage, folders, run_of, stored_figures

# Three classes for one epoch, so that it takes seconds; NT-Xent, since it was made for views.
OF_VIEWS = {"digits": 3, "epochs": 1, "loss": "nt_xent", "embedding_dims": 8, "seed": 21}


def test_turned_to_views_the_slider_trains_without_a_label_and_the_classes_come_apart(
    page: Page, server: Server
) -> None:
    lab = TrainPage(page, server).open("&".join(f"{name}={value}" for name, value in OF_VIEWS.items()))
    assert lab.value("views") == 0
    slider = lab.widget("views")
    slider.press("End")
    settled(page)
    assert lab.value("views") == 1
    expect(page).to_have_url(re.compile(r"[?&]views=1(&|$)"))

    lab.press_train()
    lab.wait_until_trained()
    expect(lab.status).to_contain_text("views, no labels")
    run = run_of(server.runs, **OF_VIEWS, views=1.0)
    assert run.config().views == 1.0  # the trained setting is that of the slider
    figures = stored_figures(run)
    assert lab.figures() == {name: f"{value:.3f}" for name, value in figures.items()}
    assert figures["knn_accuracy"] > 0.9  # three classes: chance is a third
    lab.expect_points(run.embedding().train.shape[0])

    # a mixture: labels for some, views for others, and some labels wrong
    lab.set(views=0.95)
    lab.set(wrong_labels=0.1)
    expect(page).to_have_url(re.compile(r"[?&]views=0\.95&wrong_labels=0\.1(&|$)"))
    expect(lab.train).to_be_enabled()
    # with views only, no label is left that could be wrong
    lab.set(views=1.0)
    refusal = page.get_by_test_id("stSidebar").get_by_role("alert")
    expect(refusal).to_contain_text("no label is used, so wrong labels change nothing")
    before = folders(server.runs)
    expect(page.get_by_role("button", name=re.compile(r"^Train\b"))).to_be_disabled()
    assert folders(server.runs) == before
