"""The texts of the canvas: notices on unusual pictures, and the text alternative."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.canvas_lab import (
    Visit,
    nearest_class,
    pixels_of,
)
from tests.browser.canvas_page import Cloud, clusters


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("empty", "There are no points to show."),
        ("nothing", "There are no points to show."),
        ("equal", "All points lie in one place: the embedding has collapsed."),
        ("far-before", "All points lie in one place, as far as this picture can show."),
        ("missing", "No point has finite coordinates"),
        ("some-missing", "20 of 2,000 points have no finite coordinates and are not drawn."),
    ],
)
@pytest.mark.parametrize("dims", [2, 3])
def test_an_unusual_embedding_is_a_picture_and_a_sentence(
    visit: Visit, case: str, words: str, dims: int
) -> None:
    canvas = visit(Cloud(points=2000, case=case, dims=dims))
    expect(canvas.page.locator(".notice")).to_contain_text(words)
    expect(canvas.page.get_by_role("img", name=re.compile(re.escape(words)))).to_be_visible()
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.page.get_by_role("button", name="Show everything").click()
    if case == "equal":
        canvas.rest()
        at = canvas.ask("locate(0)")
        y, x = int(at["y"]), int(at["x"])
        dot = canvas.picture()[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
        assert set(nearest_class(dot)) <= set(range(10))


def test_the_notice_counts_the_points_missing_in_the_shown_frame(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, case="diverged"))
    notice = canvas.page.locator(".notice")
    expect(notice).to_contain_text("No point has finite coordinates")
    canvas.scrub.fill("3")
    expect(notice).to_be_hidden()
    canvas = visit(Cloud(points=2000, case="few-at-first"))
    expect(canvas.page.locator(".notice")).to_be_hidden()
    canvas.scrub.fill("3")
    expect(canvas.page.locator(".notice")).to_contain_text("1,500 of 2,000 points have no finite coordinates")


@pytest.mark.parametrize(("label", "spoken"), [(8, "an 8"), (7, "a 7")])
def test_a_picked_image_has_the_article_with_which_its_class_is_spoken(
    visit: Visit, label: int, spoken: str
) -> None:
    place = int(np.flatnonzero(clusters(500, 15, 2)[1] == label)[0])
    canvas = visit(Cloud(points=500, pick=True, bookmark=f"i{place}"))
    expect(
        canvas.page.get_by_role("img", name=re.compile(f"Picked: image {place}, {spoken}\\."))
    ).to_be_visible()


def test_one_class_needs_no_notice(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, case="one-class"))
    expect(canvas.page.locator(".notice")).to_be_hidden()
    assert pixels_of(canvas, 0) > 1000 and pixels_of(canvas, 2) == 0


def test_the_text_alternative_describes_the_current_picture(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000))
    coordinates, _ = clusters(2000, 15, 2)
    picture = canvas.page.get_by_role("img")

    def spread(frame: int) -> str:
        points = coordinates[frame].astype(float)
        return f"{np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()):.3g}"

    expect(picture).to_have_attribute("aria-label", re.compile(f"Spread {spread(14)},"))
    name = picture.get_attribute("aria-label")
    assert name and name.startswith("Test embedding. 2,000 points of 10 classes (0, 1, 2,")
    assert "step 588 of 588" in name
    canvas.legend("7").click()
    canvas.scrub.fill("3")
    expect(picture).to_have_attribute(
        "aria-label", re.compile(f"Spread {spread(3)},.*step 27 of 588. Hidden: 7")
    )
    expect(canvas.page.get_by_role("status").filter(has_text="Hidden: 7")).to_have_count(1)
