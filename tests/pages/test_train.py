"""The Train page's settings and messages; see tests/browser for the trainings."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from core.config import ABOUT_PRESETS, PARAMETERS, PRESETS, RunConfig
from core.config.cost import cost_of
from core.figures import HEADLINE
from core.losses import LOSSES
from core.runs import FORM, OUTDATED, Status, place_for, run_at
from core.service.shared_engine import shared_engine
from pages.ui import state
from pages.ui.runs.following import under_way
from pages.ui.runs.status_line import about
from tests.core.conftest import SMALL, wait_until
from tests.pages.conftest import OpenPage

PAGE = "lab/train.py"


def widgets(app: AppTest) -> dict[str, object]:
    """The sidebar's widgets by the name of their field, including those under Advanced."""
    app.session_state["advanced"] = True
    app.run()
    found = {}
    for kind in ("slider", "selectbox", "text_input"):
        found.update({widget.key: widget for widget in app.sidebar.get(kind)})
    return found


def config_of(app: AppTest) -> RunConfig:
    """The settings as the widgets hold them."""
    values = {name: app.session_state[name] for name in widgets(app)}
    read = {name: PARAMETERS[name].parse(value) for name, value in values.items() if PARAMETERS[name].typed}
    return RunConfig(**values | read)


def sentences(alerts: Sequence[Element]) -> list[str]:
    """The text of alerts, without the backslashes that escape Markdown."""
    return [re.sub(r"\\(.)", r"\1", alert.value) for alert in alerts]


def expected_names(loss: str) -> set[str]:
    """The fields that are relevant for a loss and have more than one option."""
    of_losses = {name for entry in LOSSES.values() for name in entry.parameters}
    return {
        name
        for name, parameter in PARAMETERS.items()
        if (name not in of_losses or name in LOSSES[loss].parameters)
        and len(parameter.options) != 1
        and parameter.only_with is None
    }


def test_a_file_in_place_of_the_runs_folder_is_told_of(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(PAGE)
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path / "not-a-folder"))
    (tmp_path / "not-a-folder").touch()
    app.button(key="train").click().run()
    (sentence,) = sentences(app.error)
    assert "not-a-folder is not a folder that can be written" in sentence
    assert "Your settings and finished runs are not lost" in sentence
    assert not app.exception and not app.button(key="train").disabled
    assert any("An example" in caption.value for caption in app.markdown)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_sidebar_has_one_widget_for_each_setting_that_matters(open_page: OpenPage, loss: str) -> None:
    app = open_page(PAGE, **({} if loss == RunConfig().loss else {"loss": loss}))
    assert set(widgets(app)) == expected_names(loss)
    assert config_of(app) == RunConfig(loss=loss)


def test_settings_under_advanced_are_rendered_when_open_and_keep_their_values(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    rendered = {widget.key for kind in ("slider", "text_input") for widget in app.sidebar.get(kind)}
    assert rendered and not any(PARAMETERS[name].advanced for name in rendered)
    assert widgets(app).keys() > rendered
    app.text_input(key="batch_size").set_value("512").run()
    app.session_state["advanced"] = False
    app.run()
    app.slider(key="margin").set_value(0.5).run()  # as when the visitor continues with the sliders above it
    assert "batch_size" not in [widget.key for widget in app.sidebar.text_input]
    assert app.query_params["batch_size"] == "512"
    assert config_of(app) == RunConfig(batch_size=512, margin=0.5)


def test_a_setting_tied_to_a_choice_appears_with_it(open_page: OpenPage) -> None:
    app = open_page(PAGE, sampler="balanced")
    assert set(widgets(app)) == expected_names("contrastive") | {"classes_per_batch"}
    assert config_of(app) == RunConfig(sampler="balanced")


def test_each_widget_has_the_bounds_the_options_and_the_words_of_its_declaration(open_page: OpenPage) -> None:
    for name, widget in widgets(open_page(PAGE)).items():
        parameter = PARAMETERS[name]
        assert widget.label == parameter.label and widget.help == parameter.help
        if parameter.kind in ("integer", "number") and not parameter.typed:
            assert (widget.min, widget.max) == (parameter.low, parameter.high)
        if parameter.kind == "choice":
            assert widget.options == list(parameter.options.values())


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_every_widget(open_page: OpenPage, name: str) -> None:
    app = open_page(PAGE)
    app.segmented_control(key="preset").set_value(name).run()
    assert not app.exception
    assert config_of(app) == PRESETS[name]
    assert f"**{name.capitalize()}.** {ABOUT_PRESETS[name]}" in [
        caption.value for caption in app.sidebar.caption
    ]


@pytest.mark.parametrize(
    ("name", "forged"),
    [("margin", 9.0), ("margin", -1.0), ("epochs", 51), ("embedding_dims", 1), ("digits", 0)],
)
def test_a_slider_value_out_of_its_bounds_never_arrives(
    open_page: OpenPage, name: str, forged: float
) -> None:
    """A visitor can make the browser send anything."""
    app = open_page(PAGE)
    app.slider(key=name).set_value(forged).run()
    assert not app.exception
    assert PARAMETERS[name].low <= app.session_state[name] <= PARAMETERS[name].high


@pytest.mark.parametrize(
    ("name", "forged", "words"),
    [
        ("temperature", 99.0, "Temperature goes from 0.01 to 10; 99 is outside"),
        ("classes_per_batch", 99, "Classes a batch goes from 2 to 10; 99 is outside"),
    ],
)
def test_what_has_no_widget_is_refused_by_the_config(
    open_page: OpenPage, tmp_path: Path, name: str, forged: object, words: str
) -> None:
    app = open_page(PAGE)
    app.session_state[name] = forged
    app.run()
    assert [words in plain for plain in sentences(app.error)] == [True]
    assert app.button(key="train").disabled
    assert not list((tmp_path / "runs").glob("*"))


@pytest.mark.parametrize("text", ["many", "256--32", "", "1", "9999", "8-8-8-8-8", "-5", "²"])
def test_nonsense_for_the_hidden_widths_is_reported_and_cannot_be_trained(
    open_page: OpenPage, text: str
) -> None:
    app = open_page(PAGE)
    app.session_state["advanced"] = True
    app.run()
    app.text_input(key="hidden").set_value(text).run()
    assert not app.exception
    assert [error.startswith("Hidden widths") for error in sentences(app.error)] == [True]
    assert app.button(key="train").disabled
    app.text_input(key="hidden").set_value("64-32").run()
    assert not app.error and not app.button(key="train").disabled
    assert config_of(app).hidden == (64, 32)


@pytest.mark.parametrize(
    "refused",
    [
        {"digits": "1"},
        {"loss": "triplet_margin", "batch_size": "4096"},
        {"batch_size": "1"},
    ],
    ids=str,
)
def test_a_combination_that_cannot_learn_is_refused_with_its_reason(
    open_page: OpenPage, refused: dict[str, str]
) -> None:
    with pytest.raises(ValueError) as reason:
        RunConfig.from_text(refused)
    app = open_page(PAGE, **refused)
    assert sentences(app.error) == [str(reason.value)]
    assert app.button(key="train").disabled
    assert len(app.metric) == len(HEADLINE)  # the run on the page stays


def test_the_example_shows_its_own_figures(open_page: OpenPage) -> None:
    figures = run_at(PRESETS["fast"].key).evaluation().values
    tiles = {tile.label: tile.value for tile in open_page(PAGE).metric}
    assert tiles == {figure.short: f"{figures[name]:.3f}" for name, figure in HEADLINE.items()}


def test_every_bad_value_of_a_link_is_named_once_and_the_rest_is_used(open_page: OpenPage) -> None:
    app = open_page(PAGE, margin="nan", seed="1e3", epochs="5", activation="Relu", what="else")
    (warning,) = sentences(app.warning)
    for words in ("Margin: nan is not a finite number", "Seed: '1e3'", "Activation: 'Relu'", "'what'"):
        assert warning.count(words) == 1
    assert "Epochs" not in warning
    assert config_of(app) == RunConfig(epochs=5)
    app.run()
    assert app.query_params == {"epochs": "5"}


def test_a_class_without_density_lines_is_named(open_page: OpenPage) -> None:
    config = RunConfig(seed=7)
    run = place_for(config)
    shutil.copytree(run_at(PRESETS["fast"].key).folder, run.folder)
    lines = run.contours()
    kept = lines["label"] != 3
    checksum = run.write_arrays(
        "contours.safetensors", {name: column[kept] for name, column in lines.items()}
    )
    status = run.status()
    run.write_status(replace(status, files={**status.files, "contours.safetensors": checksum}))
    captions = [caption.value for caption in open_page(PAGE, seed="7", part="Density").caption]
    assert [caption for caption in captions if "No lines for 3:" in caption]
    assert not [
        caption
        for caption in (c.value for c in open_page(PAGE, part="Density").caption)
        if "No lines for" in caption
    ]


@pytest.mark.whole_training
def test_a_run_that_ends_during_a_rerun_leaves_no_button_disabled(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(PAGE, **{name: str(getattr(SMALL, name)) for name in ("epochs", "digits", "seed")})
    app.button(key="train").click().run()
    assert app.button(key="train").disabled
    after_the_buttons = state.link_problems

    def and_now_it_ends() -> list[str]:
        wait_until(lambda: not under_way(place_for(SMALL)), "the run ends")
        return after_the_buttons()

    monkeypatch.setattr(state, "link_problems", and_now_it_ends)
    app.run()
    assert not app.button(key="train").disabled and app.button(key="stop").disabled


@pytest.mark.whole_training
def test_a_run_of_an_older_version_says_so_and_is_trained_again_by_one_press(open_page: OpenPage) -> None:
    link = {name: str(getattr(SMALL, name)) for name in ("epochs", "digits", "seed")}
    run = place_for(SMALL)
    run.begin(SMALL)
    run.write_status(Status("done", files={"figures.json": "0"}, form=FORM - 1))
    clusters = open_page("lab/clusters.py", **link)
    assert not clusters.exception
    assert [info.value for info in clusters.info] == [OUTDATED]
    app = open_page(PAGE, **link)
    assert not app.exception
    assert sentences(app.error) == [OUTDATED]
    app.button(key="train").click().run()
    wait_until(lambda: not under_way(run), "the run ends")
    app.run()
    assert not app.exception and not app.error
    assert run.is_whole() and len(app.metric) == len(HEADLINE)


def test_before_train_the_page_says_how_long_it_takes(open_page: OpenPage) -> None:
    def told(**link: str) -> str | None:
        app = open_page(PAGE, **link)
        assert not app.button(key="train").disabled
        said = [caption.value for caption in app.caption if caption.value.startswith("Training takes")]
        return said[0].removeprefix("Training takes ") if said else None

    pace = shared_engine().cost(RunConfig())[0].seconds / cost_of(RunConfig()).seconds
    for link in ({}, {"epochs": "3"}, {"views": "1", "loss": "nt_xent"}):
        config = RunConfig.from_text(link)
        assert told(**link) == f"about {about(pace * cost_of(config).seconds)}"
    assert str(told(patience="5")).startswith("at most ")


def test_settings_that_no_server_can_train_say_why_and_cannot_be_trained(open_page: OpenPage) -> None:
    app = open_page(PAGE, batch_size="1", sampling="sampled", epochs="50")
    (sentence,) = sentences(app.warning)
    assert "and this server ends a run after 15 minutes. Take a larger batch" in sentence
    assert app.button(key="train").disabled
    app.slider(key="epochs").set_value(1).run()
    assert not app.warning and not app.button(key="train").disabled
