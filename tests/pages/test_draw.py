"""The Draw page without a browser: test images by number, pictures from a file, and its messages."""

import io

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.config import RunConfig
from core.data import Dataset, with_article
from core.drawings.few_shot import few_shot
from core.drawings.landing import encoder_for, land
from core.runs import Run, State, place_for
from pages.ui.state import Listed
from tests.forged import forged_png
from tests.pages.conftest import OpenPage

PAGE = "lab/draw.py"
SMALL = RunConfig(epochs=1, digits=4, hidden=(16,), batch_size=500, held_out_class="2")


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return " ".join(element.value for kind in kinds for element in kind)


def open_tab(app: AppTest, key: str, name: str) -> AppTest:
    app.session_state[key] = name
    return app.run()


def showing(app: AppTest, config: RunConfig) -> AppTest:
    app.session_state["shown_run"] = config.key
    app.session_state["runs"] = {config.key: Listed(config, "mine")}
    return app.run()


def trained(config: RunConfig) -> Run:
    from core.training.pipeline import train_and_measure

    run = place_for(config)
    run.begin(config)
    train_and_measure(run)
    return run


def file_of(picture: Image.Image, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form)
    return buffer.getvalue()


def load(app: AppTest, content: bytes, name: str = "digit.png") -> AppTest:
    app = open_tab(app, "digit_from", "Picture")
    app.file_uploader[0].set_value((name, content, "image/png")).run()
    return app


def test_it_opens_on_an_empty_paper_and_says_what_to_do(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert not app.exception
    assert "Nothing drawn yet" in texts(app) and "Draw a digit first" in texts(app)


def test_a_test_image_picked_by_its_number_lands_among_its_class(open_page: OpenPage, mnist: Dataset) -> None:
    app = open_tab(open_page(PAGE), "digit_from", "Test image")
    right = 0
    for number in range(10):
        app.text_input(key="test_image").set_value(str(number)).run()
        assert not app.exception
        label = mnist.test.labels[number]
        words = texts(app)
        spoken = with_article(str(label))
        assert f"test image {number}, {spoken}" in words and "nearest** training images are a" in words
        right += f"It looks like {spoken}" in words
    assert right >= 9
    app.button(key="previous_test_image").click().run()
    assert "test image 8, a" in texts(app)


@pytest.mark.parametrize("number", ["3,5", "10000", "-1"])
def test_a_number_that_names_no_test_image_is_refused_in_words(open_page: OpenPage, number: str) -> None:
    app = open_page(PAGE, digit_from="Test image", test_image=number)
    assert not app.exception
    assert len(app.error) == 1 and "Number of the test image" in app.error[0].value


def test_an_uploaded_picture_becomes_its_digit(open_page: OpenPage, mnist: Dataset) -> None:
    large = Image.fromarray(255 - mnist.test.images[0].reshape(28, 28)).resize((420, 420))
    app = load(open_page(PAGE), file_of(large))
    assert not app.exception
    assert "of your picture" in texts(app) and "It looks like a 7" in texts(app)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "no PNG or JPEG"),
        (file_of(Image.new("L", (50, 50), 255)), "No digit stands out"),
        (file_of(Image.effect_noise((90, 90), 60))[:3000], "damaged"),
        (forged_png(20_000, 20_000), "far more pixels"),
    ],
    ids=["text", "empty paper", "cut off", "forged"],
)
def test_a_refused_picture_gets_an_error_message(open_page: OpenPage, content: bytes, words: str) -> None:
    app = load(open_page(PAGE), content)
    assert not app.exception
    assert [words in error.value for error in app.error] == [True]
    assert "Nothing drawn yet" in texts(app)


def test_a_browser_that_keeps_the_upload_cookie_back_is_told_before_it_tries(open_page: OpenPage) -> None:
    """As in a frame of another site; AppTest sends no cookie either."""
    app = open_tab(open_page(PAGE), "digit_from", "Picture")
    assert "keeps back the cookie" in texts(app) and "Open it in a tab of its own" in texts(app)


def test_the_shipped_run_offers_a_training_for_its_journey(open_page: OpenPage) -> None:
    app = open_tab(open_page(PAGE), "digit_from", "Test image")
    app = open_tab(app, "part", "Its journey")
    assert not app.exception
    assert "Train the same settings here: the same run, with the journey" in texts(app)
    assert "Train these settings" in [button.label for button in app.button]


def test_two_digits_need_a_second_one(open_page: OpenPage) -> None:
    app = open_tab(open_page(PAGE), "digit_from", "Test image")
    app = open_tab(app, "part", "Same or different")
    assert not app.exception and "is it of the same class as the one above?" in texts(app)


def test_a_class_to_hold_out_can_be_chosen(open_page: OpenPage) -> None:
    app = open_tab(open_page(PAGE), "part", "A digit never seen")
    assert not app.exception
    box = next(box for box in app.selectbox if box.label == "Class never shown")
    box.set_value(3).run()
    assert "Train without 3" in [button.label for button in app.button]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path_factory.mktemp("small")))
        return trained(SMALL)


def test_a_held_out_class_shows_where_it_lands_and_what_examples_achieve(
    open_page: OpenPage, small: Run, mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(PAGE)
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(small.folder.parent))
    app = open_tab(showing(app, SMALL), "part", "A digit never seen")
    assert not app.exception
    words = texts(app)
    assert "Training never saw a 2" in words and "include the images of 2" in words
    assert "1 example **" in words and "20 examples **" in words and "20 random samples" in words
    embedding, test_images = small.embedding(), mnist.test.first_classes(4).images
    found = few_shot(embedding.train, embedding.train_labels, embedding.test, embedding.test_labels, 2)
    new, others = (mean[-1] for mean in found.means())
    enough = "are enough here" if new >= others - 0.1 else "are **not** enough here: "
    assert enough in words and f"training saw it is {others:.0%}" in words
    app = open_tab(open_tab(app, "digit_from", "Test image"), "part", "Neighbours")
    captions = set()
    for number in range(12):
        app.text_input(key="test_image").set_value(str(number)).run()
        votes = land(embedding, encoder_for(small).embed(test_images[[number]])[0]).votes
        said = "training never saw that class" in texts(app)
        assert said == (votes[2] > 0)  # only if one of the neighbours is of the class
        captions.add(said)
    assert captions == {True, False}
    app = open_tab(app, "part", "Its journey")
    assert not app.exception and "Press play in the picture" in texts(app)


@pytest.mark.parametrize("state", ["cancelled", "failed"])
def test_an_unfinished_run_says_where_to_go(open_page: OpenPage, state: State) -> None:
    app = open_page(PAGE)
    config = RunConfig(seed=1234)
    place_for(config).begin(config)
    place_for(config).set_state(state)
    app = showing(app, config)
    assert not app.exception and "did not finish" in texts(app)
