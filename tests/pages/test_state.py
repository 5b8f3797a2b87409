"""A session's list of runs: order, names, removing and restoring; and what a browser has kept of it."""

from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from core.config import PRESETS, RunConfig
from pages.ui.controls.settings_url import link_parameters
from pages.ui.runs.kept_runs import MOST_SETTINGS, runs_from
from pages.ui.runs.names import describe, name_for, names_of
from pages.ui.state import EXAMPLE_NAME, MOST_RUNS, Listed

A, B, C = (RunConfig(seed=seed) for seed in (1, 2, 3))


def script() -> None:
    import streamlit as st

    from pages.ui import state

    for name, *arguments in st.session_state.get("calls", []):
        getattr(state, name)(*arguments)
    st.session_state["listed"] = list(state.runs().values())
    st.session_state["shown"] = state.shown_run()
    st.session_state["dropped"] = state.dropped_run()
    st.session_state["ids"] = state.visitor(), state.person(), state.address()


def after(*calls: tuple[object, ...]) -> AppTest:
    """A session in which these functions of `state` were called, in this order."""
    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["calls"] = list(calls)
    app.run()
    assert not app.exception
    app.session_state["calls"] = []
    return app


def remembered(app: AppTest) -> tuple[list[Listed], str | None, Listed | None]:
    return app.session_state["listed"], app.session_state["shown"], app.session_state["dropped"]


def test_a_new_session_has_no_runs() -> None:
    assert remembered(after()) == ([], None, None)


def test_runs_are_kept_oldest_first_and_the_last_one_remembered_is_shown() -> None:
    app = after(("remember_run", A), ("remember_run", B))
    assert remembered(app) == ([Listed(A), Listed(B)], B.key, None)
    app = after(("remember_run", A), ("rename_run", A.key, "Mine"), ("remember_run", B), ("remember_run", A))
    assert remembered(app) == ([Listed(A, "Mine"), Listed(B)], A.key, None)


def test_a_run_can_be_renamed_and_gets_back_the_name_by_its_settings() -> None:
    app = after(("remember_run", A), ("rename_run", A.key, f"  {'x' * 99} "))
    assert remembered(app)[0] == [Listed(A, "x" * 60)]
    app = after(("remember_run", A), ("rename_run", A.key, "Mine"), ("rename_run", A.key, "   "))
    assert remembered(app)[0] == [Listed(A)]


def test_dropping_the_run_on_the_page_shows_the_latest_of_the_others() -> None:
    calls = [("remember_run", config) for config in (A, B, C)]
    assert remembered(after(*calls, ("drop_run", C.key))) == ([Listed(A), Listed(B)], B.key, Listed(C))
    assert remembered(after(*calls, ("drop_run", A.key))) == ([Listed(B), Listed(C)], C.key, Listed(A))
    assert remembered(after(calls[0], ("drop_run", A.key))) == ([], None, Listed(A))


def test_a_dropped_run_comes_back_under_its_name_and_is_shown() -> None:
    calls = [("remember_run", A), ("rename_run", A.key, "Mine"), ("remember_run", B)]
    app = after(*calls, ("drop_run", A.key), ("restore_dropped_run",))
    assert remembered(app) == ([Listed(B), Listed(A, "Mine")], A.key, None)


def test_a_double_click_on_remove_or_undo_does_it_once() -> None:
    calls = [("remember_run", A), ("remember_run", B), *[("drop_run", B.key)] * 2]
    assert remembered(after(*calls)) == ([Listed(A)], A.key, Listed(B))
    assert remembered(after(*calls, *[("restore_dropped_run",)] * 2)) == ([Listed(A), Listed(B)], B.key, None)


def test_runs_that_the_browser_has_kept_come_before_those_of_the_session() -> None:
    app = after(("remember_run", B), ("recall_runs", [Listed(A, "Mine"), Listed(B, "older name"), Listed(C)]))
    assert remembered(app) == ([Listed(A, "Mine"), Listed(B), Listed(C)], B.key, None)


def test_the_list_keeps_a_bounded_number_of_runs_the_newest() -> None:
    configs = [RunConfig(seed=seed) for seed in range(MOST_RUNS + 2)]
    app = after(*(("remember_run", config) for config in configs))
    assert [run.config for run in remembered(app)[0]] == configs[2:]
    app = after(("recall_runs", [Listed(config) for config in configs[1:]]), ("remember_run", configs[0]))
    assert [run.config for run in remembered(app)[0]] == [*configs[3:], configs[0]]


def test_without_a_cookie_a_session_is_a_person_and_another_one_somebody_else() -> None:
    app = after()
    visitor, person, address = app.session_state["ids"]
    assert person == visitor and address == ""
    assert app.run().session_state["ids"] == (visitor, person, address)
    assert after().session_state["ids"][0] != visitor


def stored(config: RunConfig, name: str = "") -> list[str]:
    """A run as the browser keeps it."""
    return [urlencode(link_parameters(config)), name]


def test_the_browser_gives_back_the_runs_that_it_was_given() -> None:
    configs = [*PRESETS.values(), RunConfig(hidden=(64, 32), learning_rate=0.0123, miner="batch_hard")]
    assert runs_from([stored(config, "Mine") for config in configs]) == [Listed(c, "Mine") for c in configs]


@pytest.mark.parametrize(
    "forged",
    [
        "seed=3",
        {"seed": "3"},
        None,
        ["seed=3", ""],
        [["seed=3"]],
        [["seed=3", "", ""]],
        [["seed=3", None]],
        [[3, ""]],
        [["seed=99999999", ""]],
        [["seed=nan", ""]],
        [["no_such_setting=1", ""]],
        [["batch_size=1", ""]],
        [["hidden=" + "2-" * MOST_SETTINGS, ""]],
        [[{"seed": 3}, ""]],
    ],
    ids=lambda forged: str(forged)[:30],
)
def test_what_is_not_a_run_of_this_app_is_not_taken_from_the_browser(forged: object) -> None:
    assert runs_from(forged) == []


def test_forged_lists_and_names_are_cut_to_the_bounds() -> None:
    found = runs_from([stored(RunConfig(seed=seed), "x" * 10_000) for seed in range(1000)])
    assert [run.config.seed for run in found] == list(range(1000 - MOST_RUNS, 1000))
    assert {len(run.name) for run in found} == {60}


DIFFERENT = {
    "seed": 3,
    "miner": "batch_hard",
    "learning_rate": 0.01,
    "hidden": (64, 32),
    "activation": "swish",
    "views": 0.05,
    "held_out_class": "7",
    "dataset": "fashion_mnist",
    "margin": 0.5,
    "patience": 5,
}


def test_the_name_says_every_setting_that_differs_from_its_preset() -> None:
    changed = {name: RunConfig(**{name: value}) for name, value in DIFFERENT.items()}
    names = {name_for(config) for config in (*changed.values(), *PRESETS.values())}
    assert len(names) == len(changed) + len(PRESETS)
    assert name_for(PRESETS["notebook"]) == "Notebook preset"
    assert name_for(RunConfig(seed=3, miner="batch_hard", learning_rate=0.01)) == (
        "Fast preset · learning rate 0.01 · miner: Batch-hard · seed 3"
    )
    both = RunConfig(views=0.051, wrong_labels=0.049)
    assert name_for(both) == "Fast preset · 5.1% views · 4.9% wrong labels"


def test_a_name_in_a_list_begins_with_what_differs_from_the_others() -> None:
    listed = [RunConfig(embedding_dims=64, seed=seed) for seed in (3, 4)]
    names = names_of({config.key: Listed(config) for config in listed})
    assert list(names.values()) == ["seed 3 · Fast preset · 64-D", "seed 4 · Fast preset · 64-D"]


def test_no_two_runs_in_a_list_have_the_same_name() -> None:
    names = names_of({"a": Listed(A, "Mine"), "b": Listed(B, "Mine"), "c": Listed(C, EXAMPLE_NAME)})
    assert list(names.values()) == ["Mine", "Mine (2)", f"{EXAMPLE_NAME} (2)"]


def test_the_status_names_the_main_settings_and_each_other_that_differs_from_the_preset() -> None:
    config = RunConfig(seed=3, held_out_class="7", learning_rate=0.01)
    main = "Contrastive on d · margin 1 · 2-D · 10 classes · 2 epochs"
    assert describe(config) == f"{main} · never shown: 7 · learning rate 0.01 · seed 3"
