"""The texts of the Learn pages: each has one thing to do, one to notice, its sources, and is shown completely."""

import json
import re
import shutil
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.config import PRESETS, RunConfig
from core.lessons import texts
from core.lessons.collapses import COLLAPSES
from core.lessons.run_diagnosis import diagnosis_of
from core.runs import example_run, place_for, run_at
from pages.ui.state import Listed
from tests.pages.conftest import PROJECT, OpenPage, components
from tests.pages.test_collapse import wait_for

PAGES = sorted(path.stem for path in (PROJECT / "pages" / "learn").glob("*.py"))
# Files with several sections. The texts of the diagnosis are tested with it.
WITH_SECTIONS = ("losses_captions", "pairs_captions", "collapse_captions")
ELSEWHERE = ("collapse_buttons", "collapse_cures", "collapse_signs", "losses_handles", "losses_at_rest")
FIGURE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_thing_to_do_one_to_notice_and_its_sources(open_page: OpenPage, name: str) -> None:
    app = open_page(f"learn/{name}.py")
    written = (texts.FOLDER / f"{name}.md").read_text(encoding="utf-8")
    body, _, sources = written.partition("\n## Sources\n")
    assert app.markdown[0].value.strip() == body.strip()
    shown = [text.value for text in app.markdown]
    for one_thing in ("**Do:**", "**Notice:**"):
        assert sum(text.count(one_thing) for text in shown) == 1
    assert len(sources.split()) > 5 and re.search(r"\b(19|20)\d\d\b", sources)
    assert " ".join(sources.split()) in [caption.value for caption in app.caption]


def is_shown(text: str, shown: list[str], figure: str) -> bool:
    pieces = [re.escape(piece) for piece in FIGURE.split(text)]
    return any(re.fullmatch(figure.join(pieces), each.strip(), re.DOTALL) for each in shown)


def test_every_text_is_shown_somewhere_with_its_figures_filled_in(open_page: OpenPage) -> None:
    shown = [text.value for name in PAGES for text in open_page(f"learn/{name}.py").markdown]
    whole = {path.stem for path in texts.FOLDER.glob("*.md")} - {*WITH_SECTIONS, *ELSEWHERE}
    for name in sorted(whole):
        body = texts.whole(name).partition("\n## Sources\n")[0].strip()
        assert is_shown(body, shown, r"[-+\d,.%]+"), name


@pytest.mark.whole_training
def test_every_caption_and_help_text_is_shown_somewhere_with_its_figures(
    open_page: OpenPage,
) -> None:
    shown = [text for app in states(open_page) for text in in_small_letters(app)]
    for name in WITH_SECTIONS:
        for section, told in texts.sections(name).items():
            assert is_shown(told.text, shown, ".+?"), f"{name}, {section}"
    assert not [text for text in shown if FIGURE.search(text)]


def states(open_page: OpenPage) -> Iterator[AppTest]:
    """The pages as opened, and after some actions."""
    pairs = open_page("learn/pairs.py")
    yield pairs
    config = RunConfig(loss="nt_xent")  # has no margin
    shutil.copytree(run_at(PRESETS["fast"].key).folder, place_for(config).folder)
    (place_for(config).folder / "config.json").write_text(json.dumps(config.as_dict()))
    pairs.session_state["runs"] = {config.key: Listed(config, "Mine")}
    pairs.session_state["shown_run"] = config.key
    yield pairs.run()
    losses = open_page("learn/losses.py")
    yield losses
    for name in ("n_pair", "center"):
        yield losses.selectbox(key="bench_loss_0").set_value(name).run()
    yield losses.button(key="one_place").click().run()
    collapse = open_page("learn/collapse.py")
    collapse.button(key="break_margin_0").click().run()
    broken = place_for(COLLAPSES["margin_0"].config)
    yield wait_for(collapse, broken)
    found = diagnosis_of(broken)
    assert found is not None and found.cures
    collapse.button(key="cure_give_a_margin").click().run()
    yield wait_for(collapse, place_for(found.cures[0].config))


def in_small_letters(app: AppTest) -> list[str]:
    assert not app.exception
    widgets = [*app.metric, *app.slider, *app.button]
    told = [json.loads(component.proto.json).get("told", "") for component in components(app)]
    columns = [table.proto.columns for table in app.dataframe]
    helped = [of.get("help", "") for each in columns if each for of in json.loads(each).values()]
    captions = [caption.value for caption in app.caption]
    return captions + [widget.proto.help for widget in widgets] + told + helped


def test_a_link_to_pairs_opens_its_run(open_page: OpenPage) -> None:
    config = RunConfig(seed=77)
    folder = shutil.copytree(example_run().folder, place_for(config).folder)
    (folder / "config.json").write_text(json.dumps(config.as_dict()))
    app = open_page("learn/pairs.py", seed="77")
    assert not app.exception and not app.warning
    assert app.session_state["shown_run"] == config.key
