"""A session's list of runs: names, order, removing and restoring."""

from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from pages.ui import state

    for name, *arguments in st.session_state.get("calls", []):
        getattr(state, name)(*arguments)
    st.session_state["names"] = list(state.run_names().items())
    st.session_state["shown"] = state.shown_run()
    st.session_state["dropped"] = state.dropped_run()
    st.session_state["visitor_name"] = state.visitor()


def after(*calls: tuple[str, ...]) -> AppTest:
    """A session in which these functions of `state` were called, in this order."""
    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["calls"] = list(calls)
    app.run()
    assert not app.exception
    app.session_state["calls"] = []
    return app


def remembered(app: AppTest) -> tuple[list[tuple[str, str]], str | None, str | None]:
    return app.session_state["names"], app.session_state["shown"], app.session_state["dropped"]


def test_a_new_session_has_no_runs() -> None:
    assert remembered(after()) == ([], None, None)


def test_runs_are_kept_oldest_first_and_the_last_one_remembered_is_shown() -> None:
    app = after(("remember_run", "a", "First"), ("remember_run", "b", "Second"))
    assert remembered(app) == ([("a", "First"), ("b", "Second")], "b", None)


def test_a_run_remembered_again_keeps_its_place_and_its_name() -> None:
    app = after(
        ("remember_run", "a", "First"), ("remember_run", "b", "Second"), ("remember_run", "a", "Else")
    )
    assert remembered(app) == ([("a", "First"), ("b", "Second")], "a", None)


def test_two_runs_never_carry_the_same_name() -> None:
    app = after(*(("remember_run", key, "Same") for key in "abc"))
    assert [name for _, name in app.session_state["names"]] == ["Same", "Same (2)", "Same (3)"]


def test_a_run_can_be_renamed_but_not_to_nothing() -> None:
    app = after(("remember_run", "a", "First"), ("rename_run", "a", "  Mine "), ("rename_run", "a", "   "))
    assert remembered(app)[0] == [("a", "Mine")]
    assert (
        len(after(("remember_run", "a", "First"), ("rename_run", "a", "x" * 99)).session_state["names"][0][1])
        == 60
    )


def test_dropping_the_run_on_the_page_shows_the_latest_of_the_others() -> None:
    calls = [("remember_run", key, key.upper()) for key in "abc"]
    assert remembered(after(*calls, ("drop_run", "c"))) == ([("a", "A"), ("b", "B")], "b", "C")
    assert remembered(after(*calls, ("drop_run", "a"))) == ([("b", "B"), ("c", "C")], "c", "A")
    assert remembered(after(calls[0], ("drop_run", "a"))) == ([], None, "A")


def test_a_dropped_run_comes_back_under_its_name_and_is_shown() -> None:
    calls = [("remember_run", "a", "A"), ("rename_run", "a", "Mine"), ("remember_run", "b", "B")]
    app = after(*calls, ("drop_run", "a"), ("restore_dropped_run",))
    assert remembered(app) == ([("b", "B"), ("a", "Mine")], "a", None)


def test_a_session_keeps_its_id_and_another_has_its_own() -> None:
    app = after()
    name = app.session_state["visitor_name"]
    assert app.run().session_state["visitor_name"] == name
    assert after().session_state["visitor_name"] != name
